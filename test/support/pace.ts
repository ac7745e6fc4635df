import * as z from 'zod'
import type { ApiClient } from './api-client.ts'
import { startTestReceiver } from './receiver.ts'

const Payload = z.object({ n: z.number() })

/** Ninety-nine webhooks, each with an event type of its own, whose receiver answers at once. */
export async function healthyWebhooks(api: ApiClient) {
  const arrivedAt = new Map<number, number>()
  const receiver = await startTestReceiver(({ body }, response) => {
    arrivedAt.set(Payload.parse(JSON.parse(body.toString())).n, performance.now())
    response.end()
  })
  for (let nth = 0; nth < 99; nth++)
    await api.createWebhook({ url: `${receiver.url}/${nth}`, event_types: [`to:healthy-${nth}`] })
  let posted = 0
  return {
    close: () => receiver.close(),
    /** Posts `count` events, one each `everyMs` whatever the answers; resolves with the latencies, post to arrival, sorted. */
    latencies: async (count: number, everyMs: number): Promise<readonly number[]> => {
      const dueAt = new Map<number, number>()
      const startedAt = performance.now()
      const posts: Promise<string>[] = []
      for (let nth = 0; nth < count; nth++) {
        const due = startedAt + nth * everyMs
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
        const n = posted++
        dueAt.set(n, due)
        posts.push(api.publish(`to:healthy-${n % 99}`, { n }))
      }
      await Promise.all(posts)
      await receiver.arrived(posted)
      return [...dueAt].map(([n, due]) => (arrivedAt.get(n) ?? Number.NaN) - due).toSorted((a, b) => a - b)
    },
  }
}

/** The value below which that share of sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
