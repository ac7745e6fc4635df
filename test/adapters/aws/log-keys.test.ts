import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deliveryKey,
  deliveryShards,
  dueKey,
  dueShards,
  eventKey,
  eventShards,
  placeOf,
  readPlace,
  shardOf,
  timeText,
} from '../../../functions/adapters/aws/log-keys.ts'
import { deliveryId, eventId, runOf } from '../../../functions/domain/ids.ts'
import { aWebhook, builtAt } from '../../support/builders.ts'
import { seededRandom } from '../../support/random.ts'

const time = fc.nat({ max: 9_999_999_999_999 })

describe('keys of the log', () => {
  it('sort as their times do', () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        expect(timeText(a) < timeText(b)).toBe(a < b)
      }),
    )
  })

  it.each([
    ['before 1970', -5, '0000000000000'],
    ['after 2286', Number.MAX_SAFE_INTEGER, '9999999999999'],
    ['within a millisecond', 1.9, '0000000000001'],
  ])('take a time %s for the nearest that they can hold', (_, ms, text) => {
    expect(timeText(ms)).toBe(text)
  })

  it('tell their time and id again', () => {
    fc.assert(
      fc.property(time, fc.string(), (ms, id) => {
        expect(readPlace(placeOf(ms, id))).toEqual({ time: ms, id })
      }),
    )
  })

  it('of a delivery are computed from its id', () => {
    const id = 'dlv_01kaqc3h5n000000000000000001kaqc3h5n000000'
    expect(deliveryKey(id)?.pk).toMatch(/^log#whk_01kaqc3h5n000000#[0-3]$/)
    expect(deliveryKey(id)?.sk).toBe(`1763868525749#${id}`)
    expect(deliveryKey('dlv_nonsense')).toBeUndefined()
  })

  it('of a redelivery lie where its own time puts them', () => {
    const event = eventId(builtAt, Buffer.alloc(16, 3))
    const run = runOf(builtAt + 90_000, Buffer.alloc(6, 5))
    const id = deliveryId({ eventId: event, webhookId: aWebhook().id, run })
    expect(deliveryKey(id)?.sk).toBe(`${builtAt + 90_000}#${id}`)
  })

  it('of one webhook, and of all events and due marks, are spread evenly', () => {
    const random = seededRandom(11)
    const entropy = () => Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256))
    const { id: webhookId } = aWebhook()
    const count = 8_000
    const counts = {
      log: new Map<string, number>(),
      events: new Map<string, number>(),
      due: new Map<string, number>(),
    }
    for (let nth = 0; nth < count; nth++) {
      const id = eventId(builtAt + nth, entropy())
      const delivery = deliveryId({ eventId: id, webhookId })
      for (const [kind, pk] of [
        ['log', deliveryKey(delivery)?.pk ?? ''],
        ['events', eventKey(id).pk],
        ['due', dueKey(delivery, builtAt).pk],
      ] as const)
        counts[kind].set(pk, (counts[kind].get(pk) ?? 0) + 1)
    }
    expect([counts.log.size, counts.events.size, counts.due.size]).toEqual([
      deliveryShards,
      eventShards,
      dueShards,
    ])
    for (const shares of Object.values(counts))
      for (const share of shares.values()) expect((share * shares.size) / count).toBeCloseTo(1, 0.5)
  })

  it('have a shard for any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 9 }), (text, shards) => {
        expect(shardOf(text, shards)).toBeLessThan(shards)
        expect(shardOf(text, shards)).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
