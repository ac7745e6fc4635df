import { EventCalendar } from '../../test/support/event-calendar.ts'

/** How Lambda runs the batches of a queue, as AWS publishes it. */
export interface ScalingRules {
  /** Batches at once when messages come to an idle queue. */
  readonly atFirst: number
  /** How many more a minute, while messages wait. */
  readonly morePerMinute: number
  /** Before an instance takes its first batch, milliseconds. */
  readonly startMs: number
}

/**
 * A standard queue's event source: five batches at first, 300 more a minute
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html). An instance starts as slowly as an ordinary
 * function of 256 MB (https://github.com/cebert/aws-lambda-performance-benchmarks); the published p50 of an empty one on
 * Node 24 is 122 ms.
 */
export const lambdaRules: ScalingRules = { atFirst: 5, morePerMinute: 300, startMs: 335 }

/** A function that a queue feeds with batches of ten. */
export interface Stage {
  /** Setting `concurrentFanOuts` or `concurrentDeliveries`. */
  readonly mostAtOnce: number
  /** Messages that each of its own puts on the next queue, which may hold several deliveries. */
  readonly fanOut: number
  /** What an instance's nth batch takes, from 0, milliseconds. */
  readonly batchMs: (nth: number) => number
}

export interface Drained {
  /** When the last batch of the last stage was done, from when all messages were there. */
  readonly seconds: number
  /** Most batches of the last stage at once. */
  readonly mostAtOnce: number
  /** Messages of the last stage that were done at the end of each second. */
  readonly bySecond: readonly number[]
}

const perBatch = 10

/** Lets `messages` that come all at once go through the stages. Nothing here runs in Lambda: it is arithmetic by a calendar. */
export function simulateBurst(
  messages: number,
  stages: readonly Stage[],
  { atFirst, morePerMinute, startMs }: ScalingRules,
): Drained {
  const calendar = new EventCalendar()
  const queues = stages.map((stage) => ({
    stage,
    waiting: 0,
    room: atFirst,
    running: 0,
    idle: [] as number[],
  }))
  let [done, lastMs, mostAtOnce] = [0, 0, 0]
  const bySecond: number[] = []

  const put = (at: number, count: number) => {
    const queue = queues[at]
    if (queue !== undefined) {
      queue.waiting += count
      dispatch(at)
      return
    }
    done += count
    lastMs = calendar.now
    bySecond[Math.floor(calendar.now / 1_000)] = done
  }

  const dispatch = (at: number) => {
    const queue = queues[at]
    if (queue === undefined) return
    while (queue.waiting > 0 && queue.running < Math.min(queue.room, queue.stage.mostAtOnce)) {
      const count = Math.min(perBatch, queue.waiting)
      queue.waiting -= count
      queue.running++
      if (at === queues.length - 1) mostAtOnce = Math.max(mostAtOnce, queue.running)
      // Whichever instance ended last goes on: it is the warmest.
      const batches = queue.idle.pop() ?? 0
      const tookMs = (batches === 0 ? startMs : 0) + queue.stage.batchMs(batches)
      calendar.plan(calendar.now + tookMs, () => {
        queue.running--
        queue.idle.push(batches + 1)
        put(at + 1, count * queue.stage.fanOut)
        dispatch(at)
      })
    }
  }

  // Room grows as long as messages wait; a calendar without end is stopped by what is left to do.
  const growMs = 60_000 / morePerMinute
  const grow = () => {
    if (queues.every(({ waiting, running }) => waiting + running === 0)) return
    for (const [at, queue] of queues.entries()) {
      if (queue.waiting > 0) queue.room = Math.min(queue.stage.mostAtOnce, queue.room + 1)
      dispatch(at)
    }
    calendar.plan(calendar.now + growMs, grow)
  }
  calendar.plan(0, () => put(0, messages))
  calendar.plan(growMs, grow)
  const expected = stages.reduce((product, { fanOut }) => product * fanOut, messages)
  for (let end = 1_000; done < expected; end += 1_000) {
    calendar.run(end)
    if (end > 86_400_000) throw new Error('The burst is not drained in a day.')
  }
  return { seconds: lastMs / 1_000, mostAtOnce, bySecond: filled(bySecond) }
}

function filled(bySecond: readonly (number | undefined)[]): number[] {
  let last = 0
  return Array.from(bySecond, (value) => {
    last = value ?? last
    return last
  })
}

/** Of 1,769 MB a function has one processor; with less memory, as much less of it (Lambda's documentation, "Memory"). */
const megabytesOfOneProcessor = 1_769

/** What a batch takes with so much memory: its processor's time longer by the share, its waits as they were. */
export function atShare({ wallMs, cpuMs }: { wallMs: number; cpuMs: number }, megabytes: number): number {
  const waitMs = Math.max(0, wallMs - cpuMs)
  return waitMs + cpuMs * (megabytesOfOneProcessor / Math.min(megabytes, megabytesOfOneProcessor))
}
