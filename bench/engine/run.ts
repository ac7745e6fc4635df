import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startWorker, type Worker } from '../processes.ts'
import {
  type Orders,
  SenderReport,
  SinkAddresses,
  type SinkCommand,
  SinkUsage,
  type Variant,
  variants,
} from './messages.ts'

const withinMs = 60_000
/** What receivers are given. */
export const deadlineMs = 15_000

/** A sink that listens, and how to have it sent to. */
export interface Field {
  readonly urls: readonly string[]
  /** A process that sends in that way; it trusts the sink. */
  start(variant: Variant): Worker
  ask(command: SinkCommand): Promise<SinkUsage>
}

/** What one sender and the sink did in the meantime. */
export interface Sent extends SenderReport {
  /** The sink's CPU time by the time that passed: near 1 it would be the limit. */
  readonly sinkBusy: number
  readonly connections: number
}

/** Opens a sink of so many hosts for as long as `work` takes. */
export async function withSink<Result>(
  hosts: number,
  parent: string,
  work: (field: Field) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(parent, 'authority-'))
  const sink = startWorker('engine/sink.ts')
  const workers: Worker[] = [sink]
  try {
    const { urls, authority } = SinkAddresses.parse(await sink.ask({ kind: 'listen', hosts }, withinMs))
    const file = join(folder, 'authority.pem')
    writeFileSync(file, authority)
    return await work({
      urls,
      start: (variant) => {
        const worker = startWorker('engine/sender.ts', variant, { NODE_EXTRA_CA_CERTS: file })
        workers.push(worker)
        return worker
      },
      ask: async (command) => SinkUsage.parse(await sink.ask(command, withinMs)),
    })
  } finally {
    for (const worker of workers) worker.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Has a process send, and looks at what the sink did meanwhile. Throws when an answer is missing that nobody withheld. */
export async function send(
  field: Field,
  worker: Worker,
  { unanswered = 0, ...orders }: Omit<Orders, 'deadlineMs'> & { deadlineMs?: number; unanswered?: number },
): Promise<Sent> {
  const before = await field.ask({ kind: 'usage' })
  const report = SenderReport.parse(await worker.ask({ deadlineMs, ...orders }, withinMs))
  const after = await field.ask({ kind: 'usage' })
  const missing = report.answeredAtMs.filter(Number.isNaN).length
  if (missing > unanswered) throw new Error(`${missing} of ${orders.requests} requests got no answer.`)
  return {
    ...report,
    sinkBusy: (after.cpuSeconds - before.cpuSeconds) / report.wallSeconds,
    connections: after.connections - before.connections,
  }
}

/** Does something with each variant by turns, so many rounds, beginning with another one each time. */
export async function byTurns<Result>(
  rounds: number,
  work: (variant: Variant) => Promise<Result>,
): Promise<Readonly<Record<Variant, Result[]>>> {
  const results: Record<Variant, Result[]> = { engine: [], 'node:https': [], fetch: [] }
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < variants.length; turn++) {
      const variant = variants[(round + turn) % variants.length]
      if (variant !== undefined) results[variant].push(await work(variant))
    }
  return results
}
