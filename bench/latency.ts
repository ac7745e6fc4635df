import type { Bench, Figure } from './bench.ts'
import { lostOf } from './report.ts'
import { type Pace, runScenario, type Scenario, type ScenarioResult } from './scenario.ts'
import { endWorkers, startWorkers } from './throughput.ts'

const scenarios: readonly Scenario[] = [1, 10].map((fanOut) => ({
  name: `Fan-out ${fanOut}, one event a request`,
  fanOut,
  eventsPerRequest: 1,
}))
const thorough: Pace = {
  warmUpSeconds: 1,
  capacitySeconds: 3,
  capacityDeliveries: 12_000,
  latencySeconds: 6,
  connections: 64,
}
const quick: Pace = { ...thorough, capacitySeconds: 1, capacityDeliveries: 4_000, latencySeconds: 2 }

/** How long the embedded server takes, at half of what it can do, by an open loop that waits for nobody. */
export const latency: Bench = {
  name: 'latency',
  target:
    "accept → receiver's first byte, minus queue and network: p50 ≤ 5 ms, p99 ≤ 20 ms; embedded server end to end p99 ≤ 50 ms at half its capacity",
  run: async (setting) => {
    const { logEvents, parent, say } = setting
    const repetitions = setting.repetitions ?? (setting.quick ? 1 : 3)
    const workers = await startWorkers()
    const results: ScenarioResult[] = []
    try {
      for (let nth = 1; nth <= repetitions; nth++)
        for (const scenario of scenarios) {
          say(`${nth}/${repetitions} ${scenario.name}`)
          const pace = setting.quick ? quick : thorough
          results.push(await runScenario({ scenario, pace, logEvents }, workers, parent))
        }
    } finally {
      endWorkers(workers)
    }
    const bars = scenarios.flatMap((scenario) => figuresOf(scenario, results))
    const rates = results.map(({ latency }) => latency?.ratePerSecond ?? Number.NaN)
    return {
      figures: [
        ...bars,
        { label: 'events a second by schedule, all runs', unit: '/s', values: rates },
        { label: 'lost deliveries', unit: '', values: [lostOf(results)], target: { atMost: 0 } },
      ],
      plot: { title: 'Embedded server at half its capacity: latency', bars },
      notes: [
        "202 → first byte: from the answer at the publisher to the request at the receiver; queue and network are in it, so the code's own share is less. Due → first byte: from when the schedule had a request leave, late or not, its way to the disk included.",
      ],
      details: results,
    }
  },
}

function figuresOf({ name, fanOut }: Scenario, results: readonly ScenarioResult[]): Figure[] {
  const runs = results.flatMap(({ scenario, latency }) =>
    scenario === name && latency !== undefined ? [latency.latencies] : [],
  )
  const figure = (
    label: string,
    [of, at]: readonly ['delivery' | 'endToEnd', 'p50' | 'p99'],
    atMost: number,
  ): Figure => ({
    label: `fan-out ${fanOut}: ${label} ${at}`,
    unit: 'ms',
    digits: 1,
    values: runs.map((latencies) => latencies[of][at]),
    target: { atMost },
  })
  return [
    figure('202 → first byte', ['delivery', 'p50'], 5),
    figure('202 → first byte', ['delivery', 'p99'], 20),
    figure('due → first byte', ['endToEnd', 'p99'], 50),
  ]
}
