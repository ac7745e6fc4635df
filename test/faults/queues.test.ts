import { describe, expect } from 'vitest'
import { seededRandom } from '../support/random.ts'
import type { Bed } from './support/bed.ts'
import { fault } from './support/fault.ts'
import { addWebhooks, eventCount, publish, seed, settle } from './support/run.ts'

const minute = 60_000
const allMessages = 1_000_000

/**
 * Copies that are handled at once are both sent, under one id. On AWS the log tells attempts of one number apart by the
 * millisecond, which stands still in these runs: both are one row there.
 */
function alike({ engine }: Bed, mostDuplicates: number): number {
  return engine === 'AWS' ? mostDuplicates : 0
}

describe('faults 7 to 13 and 17: the queues', () => {
  fault('7', 'every message handed out twice at once, and once more when all is over', async (bed) => {
    const webhooks = await addWebhooks(bed, 2)
    const accepted = await publish(bed, eventCount)
    await bed.handleDue('fanOut')
    const messages = await bed.take('delivery', allMessages)
    // On AWS those of one event travel together.
    expect(messages).toHaveLength(bed.engine === 'AWS' ? eventCount : 2 * eventCount)
    await bed.put('delivery', [...messages, ...messages])
    await settle(bed)
    const requests = bed.receiver.receipts.length
    await bed.put('delivery', messages)
    await settle(bed)
    expect(bed.receiver.receipts).toHaveLength(requests)
    const mostDuplicates = 2 * eventCount
    return {
      accepted,
      webhooks,
      mostDuplicates,
      mostUnlogged: alike(bed, mostDuplicates),
      note: 'later: none sent',
    }
  })

  fault(
    '8',
    'messages in any order, late ones of earlier attempts among them',
    async (bed) => {
      const random = seededRandom(seed)
      const webhooks = await addWebhooks(bed, 2)
      const accepted = await publish(bed, eventCount)
      await bed.handleDue('fanOut')
      const messages = await bed.take('delivery', allMessages)
      const shuffled = messages
        .map((text) => ({ text, place: random() }))
        .sort((one, other) => one.place - other.place)
        .map(({ text }) => text)
      await bed.put('delivery', shuffled)
      await bed.handleDue()
      // The first attempt has failed and the second is yet to come: the first's messages come again in between.
      await bed.put('delivery', shuffled)
      await settle(bed)
      // On AWS some were put off as a crowd, and met their copies.
      const mostDuplicates = bed.engine === 'AWS' ? eventCount / 5 : 0
      return { accepted, webhooks, mostDuplicates, mostUnlogged: alike(bed, mostDuplicates) }
    },
    {
      answer: (_request, response, count) => {
        response.statusCode = count === 1 ? 404 : 200
        response.end()
      },
    },
  )

  fault('9', 'of each batch that is sent, some messages refused', async (bed) => {
    const random = seededRandom(seed)
    const webhooks = await addWebhooks(bed, 3)
    bed.faults.refuses = () => random() < 0.3
    const accepted = await publish(bed, eventCount)
    await settle(bed)
    bed.faults.refuses = () => false
    await settle(bed)
    return { accepted, webhooks }
  })

  fault('10', 'the queues refuse everything for five minutes', async (bed) => {
    const webhooks = await addWebhooks(bed, 2)
    const isSend = (name: string) => name === 'SendMessageBatch' || name.endsWith('Queue.send')
    const upAgainAt = bed.now() + 5 * minute
    bed.faults.decide = ({ name }) => (isSend(name) && bed.now() < upAgainAt ? bed.unavailable() : 'pass')
    let refused = 0
    const accepted = await publish(bed, eventCount, {
      onRefused: async (status, retryAfter) => {
        refused += 1
        expect(status).toBe(503)
        expect(Number(retryAfter)).toBeLessThanOrEqual(3)
        await bed.advance(1_000)
      },
    })
    await settle(bed)
    expect(refused).toBeGreaterThan(0)
    return { accepted, webhooks, note: `${refused} answers of 503` }
  })

  fault('11', 'messages deleted by hand', async (bed) => {
    const webhooks = await addWebhooks(bed, 2)
    const accepted = await publish(bed, eventCount)
    const gone = (await bed.take('fanOut', Math.floor(eventCount / 3))).length
    await bed.handleDue('fanOut')
    const alsoGone = (await bed.take('delivery', Math.floor(eventCount / 3))).length
    await settle(bed)
    return { accepted, webhooks, note: `${gone + alsoGone} deleted` }
  })

  const malformed = [
    'not JSON',
    '{}',
    '[]',
    '{"event_id":1}',
    '{"delivery_id":"dlv_1","attempt":"1"}',
    'null',
  ]

  fault('12', 'malformed messages on both queues', async (bed) => {
    const webhooks = await addWebhooks(bed, 2)
    await bed.put('fanOut', malformed)
    const accepted = await publish(bed, eventCount)
    await bed.put('delivery', malformed)
    await settle(bed)
    return { accepted, webhooks, deadLetters: 2 * malformed.length }
  })

  fault('13', 'dead letters put back twice', async (bed) => {
    // So many that no batch has a crowd of one webhook's messages, which would be put off and never given up.
    const typeCount = 20
    const typeOf = (nth: number) => `a:${nth % typeCount}`
    const webhooks = await addWebhooks(bed, 2 * typeCount, (nth) => ({ event_types: [typeOf(nth)] }))
    const accepted = await publish(bed, eventCount, { typeOf })
    const nthOf = new Map(accepted.map((id, nth) => [id, nth % typeCount]))
    const wantedBy = (eventId: string) => webhooks.filter((_, nth) => nth % typeCount === nthOf.get(eventId))
    // The key is out of reach for so long that every message is given up.
    bed.faults.decide = ({ function: name, name: call }) =>
      name === 'deliver' && /^(Decrypt|cipher\.open)$/.test(call) ? bed.unavailable() : 'pass'
    await bed.handleDue('fanOut')
    const messages = await bed.take('delivery', allMessages)
    await bed.put('delivery', messages)
    while ((await bed.deadLetters()) < messages.length) {
      await bed.handleDue()
      await bed.advance(31_000)
    }
    expect(bed.receiver.receipts).toEqual([])
    bed.faults.decide = () => 'pass'
    await bed.redrive()
    await settle(bed)
    await bed.put('delivery', messages)
    await settle(bed)
    return { accepted, webhooks, wantedBy, note: `${messages.length} put back, twice` }
  })

  fault('17', 'Lambda has no room for half of the invocations', async (bed) => {
    const random = seededRandom(seed)
    const webhooks = await addWebhooks(bed, 2)
    bed.faults.decide = ({ name, function: called }) =>
      name === 'invoke' && called !== 'admin' && random() < 0.5 ? 'before' : 'pass'
    const accepted = await publish(bed, eventCount)
    await settle(bed)
    bed.faults.decide = () => 'pass'
    await settle(bed)
    return { accepted, webhooks }
  })
})
