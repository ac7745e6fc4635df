import type { Bench, Figure } from '../bench.ts'
import { startWorker } from '../processes.ts'
import { summarise } from '../statistics.ts'
import { type BatchTime, BatchTimes, Emulators, type Preparation } from './messages.ts'
import { atShare, lambdaRules, type Stage, simulateBurst } from './simulate.ts'

const deliveries = 100_000
const webhooks = 10
const answerMs = 100
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
    const rounds = repetitions ?? (quick ? 1 : 3)
    const preparation = { webhooks, wanted: quick ? 30 : 100, single: quick ? 60 : 200, answerMs }
    const measured: BatchTimes[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`${round}/${rounds} measuring batches`)
      measured.push(await measureBatches(preparation))
    }
    const cases = measured.map((times) => simulate(times, preparation))
    const drained = (name: keyof ReturnType<typeof simulate>, label: string): Figure => ({
      ...{ label, unit: 's', digits: 1, values: cases.map((done) => done[name].seconds) },
      target: { atMost: 40 },
    })
    const bars = [
      drained('queued', 'all on the delivery queue'),
      drained('fannedOut', '10,000 events at fan-out 10'),
      drained('single', '100,000 events at fan-out 1'),
    ]
    const batch = (of: keyof BatchTimes, label: string, key: 'cpuMs' | 'share'): Figure => ({
      ...{ label, unit: 'ms', digits: 1 },
      values: measured.map(
        (times) =>
          summarise(times[of].map((time) => (key === 'share' ? atShare(time, memoryMb) : time.cpuMs))).p50,
      ),
    })
    return {
      figures: [
        ...bars.map((bar) => ({ ...bar, label: `simulated: drained, ${bar.label}` })),
        batch('deliver', 'measured: CPU of a batch of deliveries', 'cpuMs'),
        batch('deliver', 'the same batch with the CPU share of 256 MB', 'share'),
        batch('fanOut', 'measured: CPU of a batch of fan-outs', 'cpuMs'),
        {
          label: 'batches of deliveries at once, most',
          unit: '',
          values: cases.map(({ queued }) => queued.mostAtOnce),
        },
      ],
      plot: {
        title: `Simulated: ${deliveries.toLocaleString('en')} deliveries by Lambda's published rules`,
        bars,
      },
      notes: [
        `A simulation: nothing ran in Lambda. Measured are the deployed functions' batches of ten over emulators in another process, one after the other from the first of a new process on, receivers answering after ${answerMs} ms. What the processor did is stretched to the share of ${memoryMb} MB, waits are as they were.`,
        `Rules: ${lambdaRules.atFirst} batches at first, ${lambdaRules.morePerMinute} more a minute, at most ${most.fanOuts} fan-outs and ${most.deliveries} deliveries (the defaults), ${lambdaRules.startMs} ms to start an instance.`,
      ],
      details: { rules: lambdaRules, most, cases, measured },
    }
  },
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

function simulate({ fanOut, deliver }: BatchTimes, { wanted }: Preparation) {
  const deliveryStage = { mostAtOnce: most.deliveries, fanOut: 1, batchMs: seriesOf(deliver) }
  const fanOutStage = (times: readonly BatchTime[], each: number): Stage => ({
    ...{ mostAtOnce: most.fanOuts, fanOut: each, batchMs: seriesOf(times) },
  })
  const ofWanted = fanOut.slice(0, wanted / 10)
  // An instance that fans out events of one webhook begins as one does that fans out to ten.
  const ofSingle = [...fanOut.slice(0, 1), ...fanOut.slice(wanted / 10)]
  return {
    queued: simulateBurst(deliveries, [deliveryStage], lambdaRules),
    fannedOut: simulateBurst(deliveries / 10, [fanOutStage(ofWanted, 10), deliveryStage], lambdaRules),
    single: simulateBurst(deliveries, [fanOutStage(ofSingle, 1), deliveryStage], lambdaRules),
  }
}

/** What an instance's nth batch takes: what was measured, and from the end on the second half of that by turns. */
function seriesOf(times: readonly BatchTime[]): (nth: number) => number {
  const ms = times.map((time) => atShare(time, memoryMb))
  const half = Math.floor(ms.length / 2)
  let turn = 0
  return (nth) => ms[nth] ?? ms[half + (turn++ % Math.max(1, ms.length - half))] ?? Number.NaN
}
