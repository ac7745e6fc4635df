import { setTimeout as pause } from 'node:timers/promises'
import type { Bench, Figure, Outcome, Setting } from './bench.ts'
import { type Limits, measureLimits } from './limits.ts'
import { loadOf } from './load.ts'
import { LoadReport, ReceiverCount } from './messages.ts'
import type { Workers } from './phase.ts'
import { startWorker } from './processes.ts'
import { lostOf, type Repetition, reportText } from './report.ts'
import { type Pace, runScenario, type Scenario, type ScenarioResult } from './scenario.ts'

/** What is measured, in this order in every repetition. */
const scenarios: readonly Scenario[] = [
  { name: 'Fan-out 1, one event a request', fanOut: 1, eventsPerRequest: 1 },
  { name: 'Fan-out 1, ten events a request', fanOut: 1, eventsPerRequest: 10 },
  { name: 'Fan-out 10, one event a request', fanOut: 10, eventsPerRequest: 1 },
  { name: 'Fan-out 10, ten events a request', fanOut: 10, eventsPerRequest: 10 },
]

interface Effort extends Pace {
  readonly repetitions: number
  readonly limitSeconds: number
}

const thorough: Effort = {
  repetitions: 3,
  warmUpSeconds: 1,
  capacitySeconds: 5,
  capacityDeliveries: 40_000,
  latencySeconds: 0,
  limitSeconds: 1,
  connections: 64,
}
const quick: Effort = {
  repetitions: 1,
  warmUpSeconds: 0.5,
  capacitySeconds: 2,
  capacityDeliveries: 10_000,
  latencySeconds: 0,
  limitSeconds: 0.3,
  connections: 64,
}

/** The embedded server as a user runs it, with a publisher and a receiver beside it. */
export const throughput: Bench = {
  name: 'throughput',
  target:
    'sustained deliveries a second at fan-out 1 and 10 and CPU seconds per million deliveries, load generator and receiver included; the store durable; 3,000/s at fan-out 1 on two cores',
  run: async (setting) => outcomeOf(await repeat(setting)),
}

async function repeat(setting: Setting): Promise<Repetition[]> {
  const effort = setting.quick ? quick : thorough
  const repetitions = setting.repetitions ?? effort.repetitions
  const workers = await startWorkers()
  const done: { limits: Limits; scenarios: ScenarioResult[] }[] = []
  try {
    for (let nth = 1; nth <= repetitions; nth++) {
      const results: ScenarioResult[] = []
      const limits = {
        ...measureLimits(setting.parent, effort.limitSeconds),
        posts: await barePosts(workers, effort),
      }
      done.push({ limits, scenarios: results })
      for (const scenario of scenarios) {
        setting.say(`${nth}/${repetitions} ${scenario.name}`)
        const { logEvents, parent } = setting
        results.push(await runScenario({ scenario, pace: effort, logEvents }, workers, parent))
        // A server that loses deliveries is not worth measuring; what was lost is in the report.
        if (lostOf(results) > 0) return done
      }
    }
    return done
  } finally {
    endWorkers(workers)
  }
}

/** A publisher and a receiver. */
export async function startWorkers(): Promise<Workers> {
  const [publisher, receiver] = [startWorker('publisher.ts'), startWorker('receiver.ts')]
  const { port } = ReceiverCount.parse(await receiver.ask('count', 10_000))
  return { publisher, receiver, receiverPort: port }
}

export function endWorkers({ publisher, receiver }: Workers): void {
  publisher.end()
  receiver.end()
}

/** POSTs a second from the publisher to the receiver: what both could do without a server between them. */
async function barePosts({ publisher, receiver, receiverPort }: Workers, effort: Effort): Promise<number> {
  const target = { url: `http://127.0.0.1:${receiverPort}/bare`, token: 'none', paths: ['/bare'] }
  const load = loadOf(target, {
    eventsPerRequest: 1,
    connections: effort.connections,
    seconds: effort.limitSeconds,
    maxDeliveries: 1_000_000,
  })
  const answer = async (seconds: number) => publisher.ask({ ...load, seconds }, 30_000)
  await answer(effort.warmUpSeconds)
  const { answered, startedAt, endedAt } = LoadReport.parse(await answer(effort.limitSeconds))
  await receiver.ask('take', 10_000)
  await pause(100)
  return (answered * 1_000) / (endedAt - startedAt)
}

function outcomeOf(repetitions: readonly Repetition[]): Outcome {
  const phases = (name: string) =>
    repetitions.flatMap(({ scenarios: done }) =>
      done.filter(({ scenario }) => scenario === name).map(({ capacity }) => capacity),
    )
  const rates = scenarios.map(({ name }): Figure => {
    const values = phases(name).map(({ deliveriesPerSecond }) => deliveriesPerSecond)
    const isLeading = name === scenarios[0]?.name
    return { label: name.toLowerCase(), unit: '/s', values, ...(isLeading && { target: { atLeast: 3_000 } }) }
  })
  const cpu = scenarios.flatMap(({ name }): Figure[] => {
    const ofAll = phases(name).map(({ cpuSeconds: { server, publisher, receiver }, deliveries }) => ({
      server: (server / deliveries) * 1e6,
      all: ((server + publisher + receiver) / deliveries) * 1e6,
    }))
    const label = `CPU a million, ${name.toLowerCase()}`
    return [
      { label: `${label}: server`, unit: 's', values: ofAll.map(({ server }) => server) },
      { label: `${label}: with publisher and receiver`, unit: 's', values: ofAll.map(({ all }) => all) },
    ]
  })
  const lost = repetitions.map(({ scenarios: done }) => lostOf(done))
  const posts = repetitions.map(({ limits }) => limits.posts)
  return {
    figures: [
      ...rates,
      { label: 'publisher to receiver, no server between', unit: '/s', values: posts },
      ...cpu,
      { label: 'lost deliveries', unit: '', values: lost, target: { atMost: 0 } },
    ],
    plot: { title: 'Embedded server: deliveries a second', bars: rates },
    notes: [
      'Payload 1 KB, 64 connections that publish as fast as they are answered, every 202 on the disk before it is sent; server, publisher and receiver share the cores.',
    ],
    details: { scenarios, repetitions },
    report: reportText(repetitions),
  }
}
