import { describe, expect } from 'vitest'
import { seededRandom } from '../support/random.ts'
import type { Answer } from '../support/receiver.ts'
import type { Bed } from './support/bed.ts'
import { fault } from './support/fault.ts'
import type { FaultInjector, FunctionName } from './support/fault-injector.ts'
import { killAtEveryAwait } from './support/kill.ts'
import type { RunWebhook } from './support/ledgers.ts'
import { addWebhooks, eventCount, publish, seed, settle } from './support/run.ts'

const batchSize = 10

/** Most attempts that a function makes at once: on AWS the deliveries of an event travel in one message. */
function atOnce({ engine }: Bed, { length }: readonly RunWebhook[]): number {
  return engine === 'AWS' ? batchSize * length : batchSize
}

/** Answers 503 to one request in ten, so that retries and their kill points are met too. */
function sometimesFailing(): Answer {
  const random = seededRandom(seed)
  return (_request, response) => {
    response.statusCode = random() < 0.1 ? 503 : 200
    response.end()
  }
}

describe('faults 1 to 6: a function dies', () => {
  const everyAwait: readonly [string, readonly FunctionName[]][] = [
    ['ingestion killed at every await', ['ingest']],
    ['fan-out killed at every await', ['fanOut']],
    ['delivery killed at every await', ['deliver']],
    ['the sweep killed at every await', ['sweep']],
    ['all functions killed at every await', ['ingest', 'fanOut', 'deliver', 'sweep']],
  ]
  for (const [title, functions] of everyAwait)
    fault(
      '1–5',
      title,
      async (bed) => {
        const webhooks = await addWebhooks(bed, 3)
        // On AWS an event that few want has no fan-out: with these, more than few may want it.
        if (functions.includes('fanOut')) await addWebhooks(bed, 8, () => ({ enabled: false }))
        bed.faults.decide = killAtEveryAwait(functions, seededRandom(seed))
        const accepted = await publish(bed, eventCount)
        await settle(bed)
        bed.faults.decide = () => 'pass'
        await settle(bed)
        const most = functions.includes('deliver') ? atOnce(bed, webhooks) * bed.faults.killed.length : 0
        const points = new Set(bed.faults.killed.map((point) => point.replace(/ \d+ /, ' '))).size
        return { accepted, webhooks, mostDuplicates: most, mostUnlogged: most, note: `${points} kill points` }
      },
      { answer: sometimesFailing() },
    )

  fault(
    '1–5',
    'ingestion killed at every await, fanning out by itself',
    async (bed) => {
      const webhooks = await addWebhooks(bed, 3)
      bed.faults.decide = killAtEveryAwait(['ingest'], seededRandom(seed))
      const accepted = await publish(bed, eventCount)
      await settle(bed)
      bed.faults.decide = () => 'pass'
      await settle(bed)
      const points = new Set(bed.faults.killed.map((point) => point.replace(/ \d+ /, ' '))).size
      expect(points).toBeGreaterThan(6)
      return { accepted, webhooks, note: `${points} kill points` }
    },
    { engines: ['SQLite'], queuesFanOut: false },
  )

  const killed = (
    at: Parameters<FaultInjector['decide']>[0]['name'],
    fate: 'before' | 'after',
    share: number,
  ) => {
    const random = seededRandom(seed)
    const decide: FaultInjector['decide'] = (call) =>
      call.function === 'deliver' && call.name === at && random() < share ? fate : 'pass'
    return decide
  }

  fault('1', 'delivery killed before it connects', async (bed) => {
    const webhooks = await addWebhooks(bed, 2)
    bed.faults.decide = killed('sender.send', 'before', 0.05)
    const accepted = await publish(bed, eventCount)
    await settle(bed)
    // The others of its batch were under way when it died.
    const most = (atOnce(bed, webhooks) - 1) * bed.faults.killed.length
    return { accepted, webhooks, mostDuplicates: most, mostUnlogged: most }
  })

  fault('2', 'delivery killed after the request, before the log', async (bed) => {
    const webhooks = await addWebhooks(bed, 2)
    bed.faults.decide = killed('sender.send', 'after', 0.05)
    const accepted = await publish(bed, eventCount)
    await settle(bed)
    expect(bed.faults.killed.length).toBeGreaterThan(0)
    const most = atOnce(bed, webhooks) * bed.faults.killed.length
    return { accepted, webhooks, mostDuplicates: most, mostUnlogged: most }
  })

  fault('3', 'delivery killed after the log, before the message is deleted', async (bed) => {
    const webhooks = await addWebhooks(bed, 2)
    bed.faults.decide = killed('acknowledge', 'before', 0.3)
    const accepted = await publish(bed, eventCount)
    await settle(bed)
    expect(bed.faults.killed.length).toBeGreaterThan(0)
    return { accepted, webhooks }
  })

  fault('4', 'fan-out killed half way through many webhooks', async (bed) => {
    const webhooks = await addWebhooks(bed, Math.min(1_000, eventCount))
    // A request takes ten messages, on AWS of ten deliveries each.
    const half = Math.ceil(webhooks.length / (bed.engine === 'AWS' ? 10 * batchSize : batchSize) / 2)
    let kills = 0
    bed.faults.decide = ({ function: name, name: call, nth }) => {
      const isHalfWay = call === 'SendMessageBatch' ? nth > half : call === 'deliveryQueue.send'
      return name === 'fanOut' && isHalfWay && kills++ < 1 ? 'after' : 'pass'
    }
    const accepted = await publish(bed, 3)
    await settle(bed)
    expect(bed.faults.killed).toHaveLength(1)
    return { accepted, webhooks }
  })

  fault('5', 'ingestion killed between the store and the answer', async (bed) => {
    const webhooks = await addWebhooks(bed, 2)
    const random = seededRandom(seed)
    bed.faults.decide = ({ function: name, name: call }) =>
      name === 'ingest' &&
      /^(PutItem|SendMessageBatch|events\.store|fanOutQueue\.send)$/.test(call) &&
      random() < 0.3
        ? 'after'
        : 'pass'
    const accepted = await publish(bed, eventCount)
    await settle(bed)
    expect(new Set(accepted).size).toBe(eventCount)
    return { accepted, webhooks }
  })

  fault('6', 'delivery out of time in the middle of a batch', async (bed) => {
    const webhooks = await addWebhooks(bed, 2)
    const random = seededRandom(seed)
    bed.faults.decide = ({ function: name, nth }) =>
      name === 'deliver' && nth > 3 * atOnce(bed, webhooks) && random() < 0.1 ? 'before' : 'pass'
    const accepted = await publish(bed, eventCount)
    await settle(bed)
    expect(bed.faults.killed.length).toBeGreaterThan(0)
    const most = atOnce(bed, webhooks) * bed.faults.killed.length
    return { accepted, webhooks, mostDuplicates: most, mostUnlogged: most }
  })
})
