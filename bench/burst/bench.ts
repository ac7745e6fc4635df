import type { Bench, Figure } from '../bench.ts'
import { startWorker } from '../processes.ts'
import { summarise } from '../statistics.ts'
import { type BatchTime, BatchTimes, Emulators, type Preparation } from './messages.ts'
import { atShare, lambdaRules, type Stage, simulateBurst } from './simulate.ts'

const deliveries = 100_000
const groups = 10
const answerMs = 50
/** As they are deployed: lib/functions.ts, lib/settings.ts. */
const memoryMb = 256
const most = { fanOuts: 20, deliveries: 200 }
const withinMs = 120_000

/** A burst through Lambda's published rules, with what batches were measured to take. */
export const burst: Bench = {
  name: 'burst',
  target:
    "100,000 deliveries through Lambda's published scaling rules with measured batch times: drained ≤ 40 s",
  run: async ({ quick, repetitions, say }) => {
    const rounds = repetitions ?? (quick ? 1 : 2)
    const measured: Measured[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`${round}/${rounds} measuring batches`)
      measured.push({
        packed: await measureBatches({ groups, fanOut: 20, events: quick ? 40 : 120, answerMs }),
        single: await measureBatches({ groups, fanOut: 1, events: quick ? 80 : 400, answerMs }),
      })
    }
    const cases = measured.map(simulate)
    const bars = Object.entries(words).map(
      ([name, label]): Figure => ({
        ...{ label, unit: 's', digits: 1, target: { atMost: 40 } },
        values: cases.map(
          (done) => done[name === 'queued' || name === 'fannedOut' ? name : 'single'].seconds,
        ),
      }),
    )
    const batch = (kind: keyof Measured, deliveries: number): Figure[] => {
      const p50 = (of: (time: BatchTime) => number) =>
        measured.map((times) => summarise(fullBatches(times[kind].deliver).map(of)).p50)
      const label = `a batch of ${deliveries} deliveries`
      return [
        { label: `measured: CPU of ${label}`, unit: 'ms', digits: 1, values: p50(({ cpuMs }) => cpuMs) },
        {
          ...{ label: `${label} with the CPU of ${memoryMb} MB`, unit: 'ms', digits: 1 },
          values: p50((time) => atShare(time, memoryMb)),
        },
      ]
    }
    return {
      figures: [
        ...bars.map((bar) => ({ ...bar, label: `simulated: drained, ${bar.label}` })),
        ...batch('packed', 100),
        ...batch('single', 10),
      ],
      plot: {
        title: `Simulated: ${deliveries.toLocaleString('en')} deliveries by Lambda's published rules`,
        bars,
      },
      notes: [
        `A simulation: nothing ran in Lambda. Measured are the deployed functions' batches over emulators in another process, one after the other from the first of a new process on, receivers answering after ${answerMs} ms. What the processor did is stretched to the share of ${memoryMb} MB, waits are as they were.`,
        `Rules: ${lambdaRules.atFirst} batches of ten messages at first, ${lambdaRules.morePerMinute} more a minute, at most ${most.fanOuts} fan-outs and ${most.deliveries} deliveries (the defaults), ${lambdaRules.startMs} ms to start an instance.`,
      ],
      details: { rules: lambdaRules, most, cases, measured },
    }
  },
}

/**
 * Batches of events that 20 webhooks want, whose deliveries fan-out queues ten to a message; and of events that one wants,
 * which ingestion puts on the delivery queue itself (decision 25).
 */
type Measured = Readonly<Record<'packed' | 'single', BatchTimes>>

const words = {
  queued: 'all on the delivery queue, ten to a message',
  fannedOut: '5,000 events at fan-out 20',
  single: '100,000 events at fan-out 1',
}

async function measureBatches(preparation: Preparation): Promise<BatchTimes> {
  const [host, functions] = [startWorker('burst/host.ts'), startWorker('burst/functions.ts')]
  try {
    const emulators = Emulators.parse(await host.ask(preparation, withinMs))
    return BatchTimes.parse(await functions.ask(emulators, withinMs))
  } finally {
    host.end()
    functions.end()
  }
}

function simulate({ packed, single }: Measured) {
  const deliver = (times: BatchTimes): Stage => ({
    ...{ mostAtOnce: most.deliveries, fanOut: 1, batchMs: seriesOf(times.deliver) },
  })
  const fanOut: Stage = { mostAtOnce: most.fanOuts, fanOut: 2, batchMs: seriesOf(packed.fanOut) }
  return {
    queued: simulateBurst(deliveries / 10, [deliver(packed)], lambdaRules),
    fannedOut: simulateBurst(deliveries / 20, [fanOut, deliver(packed)], lambdaRules),
    single: simulateBurst(deliveries, [deliver(single)], lambdaRules),
  }
}

/** Batches that were not what was left at the end. */
function fullBatches(times: readonly BatchTime[]): readonly BatchTime[] {
  const most = Math.max(...times.map(({ deliveries }) => deliveries))
  return times.filter(({ deliveries }) => deliveries === most)
}

/** What an instance's nth batch takes: what was measured, and from the end on the second half of that by turns. */
function seriesOf(times: readonly BatchTime[]): (nth: number) => number {
  const ms = fullBatches(times).map((time) => atShare(time, memoryMb))
  if (ms.length === 0) throw new Error('No batch was measured.')
  const half = Math.floor(ms.length / 2)
  let turn = 0
  return (nth) => ms[nth] ?? ms[half + (turn++ % Math.max(1, ms.length - half))] ?? Number.NaN
}
