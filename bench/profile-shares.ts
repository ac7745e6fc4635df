import * as z from 'zod/mini'

/** What V8 writes with `--cpu-prof`, as far as it is read here. */
export const CpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.optional(z.array(z.int())),
    }),
  ),
  samples: z.array(z.int()),
  /** Microseconds before each sample. */
  timeDeltas: z.array(z.number()),
})
export type CpuProfile = z.infer<typeof CpuProfile>

/** What the main thread does, by where the code stands. The first that fits counts. */
const parts: readonly (readonly [part: string, url: RegExp])[] = [
  ['SQLite: store, queues, log, commits', /\/functions\/adapters\/sqlite\/|^node:sqlite/],
  ['requests to receivers', /\/functions\/adapters\/http\//],
  ['signatures', /\/use-cases\/sign-request\.ts|\/domain\/(signature|hmac-key)\.ts/],
  ['lines and metrics', /\/(json-log|line-buffer|prometheus|metrics-handler)\.ts|prom-client/],
  ['requests from publishers', /\/local\/|\/functions\/api\/|^node:_http|find-my-way|\/zod\//],
  ['rules and use cases', /\/functions\/(use-cases|domain|workers|middleware)\/|@middy/],
]
const byName: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', "memory's upkeep (garbage collection)"],
  ['(idle)', 'idle'],
])
const rest = "sockets, timers and the rest of Node's"

/**
 * The share of a profile's time that each part took, idle time included. What Node's own functions take counts for the
 * nearest of ours that called them.
 */
export function profileShares({ nodes, samples, timeDeltas }: CpuProfile): ReadonlyMap<string, number> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const partOf = (id: number | undefined): string => {
    const frame = id === undefined ? undefined : frames.get(id)
    if (id === undefined || frame === undefined) return rest
    const part = byName.get(frame.functionName) ?? parts.find(([, url]) => url.test(frame.url))?.[0]
    return part ?? partOf(parents.get(id))
  }
  const times = new Map<string, number>()
  let total = 0
  for (const [nth, id] of samples.entries()) {
    const time = timeDeltas[nth] ?? 0
    const part = partOf(id)
    times.set(part, (times.get(part) ?? 0) + time)
    total += time
  }
  return new Map([...times].map(([part, time]) => [part, time / total]))
}
