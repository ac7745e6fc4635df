import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { urlOf } from '../local/url-of.ts'
import { type Bench, type Figure, ratios, type Setting } from './bench.ts'
import { latenciesOf } from './latencies.ts'
import { eventBody } from './load.ts'
import { Arrivals, hangPath, LoadReport, ReceiverCount } from './messages.ts'
import type { Workers } from './phase.ts'
import { startServer } from './processes.ts'
import { addWebhook, creator, publishToken } from './set-up.ts'
import type { LatencySummary } from './statistics.ts'
import { endWorkers, startWorkers } from './throughput.ts'

const healthyWebhooks = 10
const healthyPerSecond = 200
const arrivedWithinMs = 20_000

/** What the receiver of the webhook that takes half the traffic does; `absent`: there is no such traffic. */
const kinds = ['absent', 'well', 'refuses', 'hangs'] as const
type Kind = (typeof kinds)[number]

/** What one dead webhook does to the others. */
export const fairness: Bench = {
  name: 'fairness',
  target: "one dead webhook takes half the traffic: the others' p99 ≤ 1.5 × baseline",
  run: async (setting) => {
    const repetitions = setting.repetitions ?? (setting.quick ? 1 : 3)
    const seconds = setting.quick ? 2 : 6
    const results: Record<Kind, LatencySummary[]> = { absent: [], well: [], refuses: [], hangs: [] }
    const workers = await startWorkers()
    try {
      for (let round = 0; round < repetitions; round++)
        for (let turn = 0; turn < kinds.length; turn++) {
          const kind = kinds[(round + turn) % kinds.length] ?? 'well'
          setting.say(`${round + 1}/${repetitions} ${kind}`)
          results[kind].push(await measure(kind, { workers, seconds, setting }))
        }
    } finally {
      endWorkers(workers)
    }
    const p99 = (kind: Kind) => results[kind].map(({ p99 }) => p99)
    const words: Readonly<Record<Kind, string>> = {
      absent: 'p99, no other traffic',
      well: 'p99, the other half well (baseline)',
      refuses: 'p99, the other half refused',
      hangs: 'p99, the other half hangs',
    }
    const bars = kinds.map(
      (kind): Figure => ({ label: words[kind], unit: 'ms', digits: 1, values: p99(kind) }),
    )
    const ratio = (kind: 'refuses' | 'hangs'): Figure => ({
      label: `p99 when it ${kind} ÷ baseline`,
      unit: '×',
      digits: 2,
      values: ratios(p99(kind), p99('well')),
      target: { atMost: 1.5 },
    })
    return {
      figures: [...bars, ratio('refuses'), ratio('hangs')],
      plot: { title: 'One dead webhook with half the traffic: the other ten', bars },
      notes: [
        `${healthyPerSecond} events a second by schedule for ${healthyWebhooks} webhooks, as many for the one; from when each was due to its request at the receiver; a new server for each run, by turns.`,
      ],
      details: results,
    }
  },
}

async function measure(
  kind: Kind,
  { workers, seconds, setting }: { workers: Workers; seconds: number; setting: Setting },
): Promise<LatencySummary> {
  const dataDir = mkdtempSync(join(setting.parent, 'fairness-'))
  const adminToken = randomBytes(24).toString('base64url')
  const server = await startServer({ dataDir, adminToken, logEvents: setting.logEvents })
  try {
    const create = creator(server.url, adminToken)
    const token = await publishToken(create)
    const types = Array.from({ length: healthyWebhooks }, (_, nth) => `bench:healthy-${nth}`)
    const receiver = `http://127.0.0.1:${workers.receiverPort}`
    for (const [nth, type] of types.entries()) await addWebhook(create, `${receiver}/${nth}`, type)
    const others = {
      absent: receiver,
      well: `${receiver}/well`,
      refuses: await nobody(),
      hangs: `${receiver}${hangPath}`,
    }
    await addWebhook(create, others[kind], 'bench:other')
    const post = async (forSeconds: number, bodies: readonly string[], ratePerSecond: number) =>
      LoadReport.parse(
        await workers.publisher.ask(
          {
            url: `${server.url}/events`,
            headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
            ...{ bodies, connections: 0, seconds: forSeconds, maxRequests: 1_000_000, ratePerSecond },
          },
          (forSeconds + 30) * 1_000,
        ),
      )
    const healthy = types.map(eventBody)
    const warmUp = await post(1.5, healthy, healthyPerSecond)
    await allArrived(workers, warmUp.answered)
    await workers.receiver.ask('take', 10_000)
    const isAlone = kind === 'absent'
    const bodies = isAlone ? healthy : healthy.flatMap((body) => [body, eventBody('bench:other')])
    const report = await post(seconds, bodies, isAlone ? healthyPerSecond : 2 * healthyPerSecond)
    const failures = Object.keys(report.failures)
    if (failures.length > 0) throw new Error(`Events were not accepted: ${failures.join('; ')}.`)
    await allArrived(workers, kind === 'absent' || kind === 'well' ? report.answered : report.answered / 2)
    const arrivals = Arrivals.parse(await workers.receiver.ask('take', 10_000))
    return latenciesOf(report, ofHealthy(arrivals)).endToEnd
  } finally {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function ofHealthy({ keys, times }: Arrivals): Arrivals {
  const isHealthy = (key: string | undefined) => /^\/\d/.test(key ?? '')
  return { keys: keys.filter(isHealthy), times: times.filter((_, at) => isHealthy(keys[at])) }
}

async function allArrived({ receiver }: Workers, count: number): Promise<void> {
  const until = performance.now() + arrivedWithinMs
  for (;;) {
    const { distinct } = ReceiverCount.parse(await receiver.ask('count', 10_000))
    if (distinct >= Math.floor(count)) return
    if (performance.now() > until) throw new Error(`Only ${distinct} of ${count} deliveries arrived.`)
    await pause(50)
  }
}

/** An address of this machine where nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = urlOf(server.address(), '127.0.0.1')
  await new Promise((resolve) => server.close(resolve))
  return url
}
