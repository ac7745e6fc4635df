import * as z from 'zod/mini'
import type { Bench, Figure } from './bench.ts'
import { startWorker } from './processes.ts'

const Answer = z.object({
  bill: z.record(z.string(), z.number()),
  dollars: z.looseObject({ sum: z.number() }),
})

/** Who posts, and dollars per million deliveries at most, by fan-out. */
const cases = [
  { by: 'one event a request', publisher: { eventsPerRequest: 1 }, targets: { 1: 6, 3: 2.8, 10: 1.6 } },
  { by: 'ten events a request', publisher: { eventsPerRequest: 10 }, targets: { 1: 3, 3: 1.6, 10: 1.1 } },
] as const
const fanOuts = [1, 3, 10] as const
const withinMs = 600_000

/** What AWS bills, counted from real calls; in a process of its own, so that others may run beside it. */
export const dollars: Bench = {
  name: 'dollars',
  target:
    'exact counts from real calls for 1,000 events at fan-out 1, 3 and 10, asserted in tests; ≤ $6.0 / 2.8 / 1.6 per million deliveries; with events posted ten at a time ≤ $3.0 / 1.6 / 1.1',
  run: async ({ quick, say }) => {
    const events = quick ? 50 : 1_000
    const worker = startWorker('dollars-count.ts')
    const bars: Figure[] = []
    const details: unknown[] = []
    try {
      for (const { by, publisher, targets } of cases)
        for (const fanOut of fanOuts) {
          say(`${by}, fan-out ${fanOut}`)
          const answer = Answer.parse(await worker.ask({ publisher, fanOut, events }, withinMs))
          bars.push({
            ...{ label: `${by}, fan-out ${fanOut}`, unit: '$', digits: 2, values: [answer.dollars.sum] },
            target: { atMost: targets[fanOut] },
          })
          details.push({ publisher, fanOut, events, ...answer })
        }
    } finally {
      worker.end()
    }
    return {
      figures: bars,
      plot: { title: 'What AWS bills for a million deliveries', bars },
      notes: [
        `Counted for ${events.toLocaleString('en')} events of 1 KB, delivered at the first attempt, over emulators; prices of bench/prices.json; without gigabyte-seconds, traffic and logs.`,
      ],
      details,
    }
  },
}
