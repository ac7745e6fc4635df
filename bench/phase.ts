import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { type Balance, balance } from './ledger.ts'
import { Arrivals, type Load, LoadReport, ReceiverCount } from './messages.ts'
import { usageOf } from './process-usage.ts'
import type { ServerProcess, Worker } from './processes.ts'

const answerWithinMs = 10_000
const samplePeriodMs = 100
/** Without an arrival for so long, what is missing counts as lost: failed attempts are made again after 5 s and more. */
const stalledAfterMs = 12_000
const drainedWithinMs = 90_000
/** How long the receiver is watched for requests that come twice. */
const stragglersMs = 300

/** The processes at both ends of the server. */
export interface Workers {
  readonly publisher: Worker
  readonly receiver: Worker
  readonly receiverPort: number
}

export interface PhaseResult {
  readonly acceptedEvents: number
  readonly acceptedPerSecond: number
  readonly deliveries: number
  /** Between the first and the last arrival. */
  readonly deliveriesPerSecond: number
  /** Deliveries that were still to be made when the last event had been accepted. */
  readonly backlog: number
  readonly seconds: number
  readonly balance: Balance
  readonly failures: Readonly<Record<string, number>>
  /** User and system time of each process. */
  readonly cpuSeconds: { readonly server: number; readonly publisher: number; readonly receiver: number }
  /** Of the machine's cores: what our processes used, and all processes together. */
  readonly coresUsed: { readonly own: number; readonly all: number }
  readonly rssEndBytes: number
  readonly rssPeakBytes: number
}

export interface Phase {
  readonly result: PhaseResult
  readonly report: LoadReport
  readonly arrivals: Arrivals
}

/**
 * Publishes a load, waits until every delivery has arrived or none comes any more, and adds up.
 * Rejects when one of the processes ends.
 */
export async function runPhase(
  { server, workers, paths }: { server: ServerProcess; workers: Workers; paths: readonly string[] },
  load: Load,
): Promise<Phase> {
  const { publisher, receiver } = workers
  const count = async () => ReceiverCount.parse(await receiver.ask('count', answerWithinMs))
  const before = { server: usageOf(server.pid), receiver: await count(), machine: machineSeconds() }
  let rssPeakBytes = before.server.rssBytes
  const sampler = setInterval(() => {
    if (server.isRunning()) rssPeakBytes = Math.max(rssPeakBytes, usageOf(server.pid).rssBytes)
  }, samplePeriodMs)
  try {
    const answer = await Promise.race([publisher.ask(load, (load.seconds + 30) * 1_000), server.crash])
    const report = LoadReport.parse(answer)
    const isDrained = drained(async () => (await count()).distinct, report.ids.length * paths.length)
    await Promise.race([isDrained, server.crash])
    const after = { server: usageOf(server.pid), receiver: await count(), machine: machineSeconds() }
    await pause(stragglersMs)
    const arrivals = Arrivals.parse(await receiver.ask('take', answerWithinMs))
    const cpuSeconds = {
      server: after.server.cpuSeconds - before.server.cpuSeconds,
      publisher: report.cpuSeconds,
      receiver: after.receiver.cpuSeconds - before.receiver.cpuSeconds,
    }
    const seconds = after.machine.wall - before.machine.wall
    return {
      result: {
        acceptedEvents: report.ids.length,
        acceptedPerSecond: (report.ids.length * 1_000) / (report.endedAt - report.startedAt),
        ...rateOf(arrivals),
        backlog:
          report.ids.length * paths.length - arrivals.times.filter((at) => at <= report.endedAt).length,
        seconds,
        balance: balance(report.ids, paths, arrivals.keys),
        failures: report.failures,
        cpuSeconds,
        coresUsed: {
          own: (cpuSeconds.server + cpuSeconds.publisher + cpuSeconds.receiver) / seconds,
          all: (after.machine.busy - before.machine.busy) / seconds,
        },
        rssEndBytes: after.server.rssBytes,
        rssPeakBytes: Math.max(rssPeakBytes, after.server.rssBytes),
      },
      report,
      arrivals,
    }
  } finally {
    clearInterval(sampler)
  }
}

function rateOf({ times }: Arrivals): { deliveries: number; deliveriesPerSecond: number } {
  const [first, last] = [times[0], times.at(-1)]
  const seconds = first === undefined || last === undefined ? 0 : (last - first) / 1_000
  return { deliveries: times.length, deliveriesPerSecond: seconds === 0 ? 0 : (times.length - 1) / seconds }
}

/** Resolves when as many have arrived as were expected, or none comes any more; rejects when they never end. */
async function drained(count: () => Promise<number>, expected: number): Promise<void> {
  const startedAt = performance.now()
  let [seen, seenAt] = [0, startedAt]
  for (;;) {
    const now = performance.now()
    const arrived = await count()
    if (arrived >= expected || now - seenAt > stalledAfterMs) return
    if (now - startedAt > drainedWithinMs)
      throw new Error(
        `After ${drainedWithinMs / 1_000} s ${expected - arrived} deliveries were still to come.`,
      )
    if (arrived > seen) [seen, seenAt] = [arrived, now]
    await pause(samplePeriodMs / 2)
  }
}

/** Seconds that all cores have been busy so far, and the time. */
function machineSeconds(): { busy: number; wall: number } {
  const busyMs = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
  return { busy: busyMs / 1_000, wall: performance.now() / 1_000 }
}
