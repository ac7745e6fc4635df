import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Latencies, latenciesOf } from './latencies.ts'
import { loadOf, type Target } from './load.ts'
import { type PhaseResult, runPhase, type Workers } from './phase.ts'
import { startServer } from './processes.ts'
import { setUp } from './set-up.ts'

/** One way to use the server. */
export interface Scenario {
  readonly name: string
  /** Webhooks that want each event. */
  readonly fanOut: number
  readonly eventsPerRequest: number
}

/** How long each part takes at most. */
export interface Pace {
  readonly warmUpSeconds: number
  readonly capacitySeconds: number
  /** No more deliveries than this are asked for in the closed loop; the server then works off what is left. */
  readonly capacityDeliveries: number
  /** Zero: latency is not measured. */
  readonly latencySeconds: number
  readonly connections: number
}

export interface ScenarioResult {
  readonly scenario: string
  readonly capacity: PhaseResult
  /** By schedule at half the capacity; only for one event a request. */
  readonly latency?: PhaseResult & { readonly ratePerSecond: number; readonly latencies: Latencies }
  /** Deliveries of the warm-up that were lost. */
  readonly warmUpLost: number
  readonly server: {
    readonly rssEndBytes: number
    readonly rssPeakBytes: number
    readonly logLines: number
    readonly firstLogLines: readonly string[]
    /** Null: it had to be killed. */
    readonly exitCode: number | null
  }
}

/** Runs one scenario on a server of its own, with an empty data folder that is removed afterwards. */
export async function runScenario(
  {
    scenario,
    pace,
    logEvents,
    nodeOptions = [],
  }: { scenario: Scenario; pace: Pace; logEvents: boolean; nodeOptions?: readonly string[] },
  workers: Workers,
  parent: string,
): Promise<ScenarioResult> {
  const { name, fanOut, eventsPerRequest } = scenario
  const dataDir = mkdtempSync(join(parent, 'data-'))
  const adminToken = randomBytes(24).toString('base64url')
  const server = await startServer({ dataDir, adminToken, logEvents, nodeOptions })
  try {
    const target: Target = await setUp(server.url, { adminToken, fanOut, receiverPort: workers.receiverPort })
    const run = (seconds: number, more: { maxDeliveries: number; ratePerSecond?: number }) =>
      runPhase(
        { server, workers, paths: target.paths },
        loadOf(target, { ...scenario, ...pace, seconds, ...more }),
      )
    const maxDeliveries = pace.capacityDeliveries
    const warmUp = await run(pace.warmUpSeconds, { maxDeliveries: maxDeliveries / 4 })
    const capacity = await run(pace.capacitySeconds, { maxDeliveries })
    const ratePerSecond = Math.max(1, Math.round(capacity.result.deliveriesPerSecond / 2 / fanOut))
    const latency =
      eventsPerRequest === 1 && pace.latencySeconds > 0
        ? await run(pace.latencySeconds, { maxDeliveries: Number.MAX_SAFE_INTEGER, ratePerSecond })
        : undefined
    const { count, first } = server.logged()
    const phases = [warmUp, capacity, ...(latency === undefined ? [] : [latency])].map(({ result }) => result)
    return {
      scenario: name,
      capacity: capacity.result,
      ...(latency && {
        latency: {
          ...latency.result,
          ratePerSecond,
          latencies: latenciesOf(latency.report, latency.arrivals),
        },
      }),
      warmUpLost: warmUp.result.balance.lost,
      server: {
        rssEndBytes: phases.at(-1)?.rssEndBytes ?? Number.NaN,
        rssPeakBytes: Math.max(...phases.map(({ rssPeakBytes }) => rssPeakBytes)),
        logLines: count,
        firstLogLines: first,
        exitCode: await server.stop(),
      },
    }
  } finally {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
