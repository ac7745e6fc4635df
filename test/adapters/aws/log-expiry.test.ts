import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { countsKeptMs } from '../../../functions/domain/failing.ts'
import { bodyHash } from '../../../functions/use-cases/accept-events.ts'
import { perTest, retentionMs } from '../../contracts/harness.ts'
import { aDelivery, anAttempt, anEvent, builtAt } from '../../support/builders.ts'
import { openLog } from './open-log.ts'

const Item = z.object({ pk: z.string(), sk: z.string(), expires_at: z.int() })

describe('what the log forgets', () => {
  const given = perTest(openLog)
  const day = 86_400_000
  const items = async () => {
    const { Items = [] } = await given().tables.client.send(new ScanCommand({ TableName: 'log' }))
    return Items.map((item) => Item.parse(item))
  }
  const expiryOf = async (kind: string) => {
    const found = (await items()).find(({ pk }) => pk.startsWith(kind) && !pk.endsWith('#errored'))
    return (found?.expires_at ?? 0) * 1_000
  }

  it('is everything, each thing in its time', async () => {
    const { events, deliveries } = given()
    const event = anEvent({ payload: Buffer.from('word '.repeat(50_000)) })
    const small = anEvent()
    const windowMs = 600_000
    const key = { key: 'key-1', windowMs, bodyHash: bodyHash(small.type, small.payload) }
    await events.store([{ event }, { event: small, key }])
    await events.recordFanOut(event.id, { at: builtAt, webhookIds: [], missedBy: [] })
    const again = aDelivery({ trigger: 'redelivery', status: 'retrying', attempts: 1, errored: true })
    const error = 'The receiver answered 503.'
    await deliveries.record({ delivery: again, attempt: anAttempt({ error }), sweepAt: builtAt })
    await deliveries.record({
      delivery: { ...again, status: 'delivered', attempts: 2 },
      attempt: anAttempt({ number: 2 }),
      sweepAt: null,
    })
    const kinds = new Set((await items()).map(({ pk }) => pk.split('#')[0]))
    expect([...kinds].sort()).toEqual(['attempts', 'count', 'due', 'events', 'fan-out', 'key', 'log', 'runs'])
    for (const kind of ['events', 'fan-out', 'log', 'attempts', 'due', 'runs'])
      expect(await expiryOf(kind), kind).toBe(builtAt + retentionMs)
    expect(await expiryOf('key')).toBe(builtAt + windowMs)
    const endOfHour = Math.ceil(builtAt / 3_600_000) * 3_600_000
    expect(await expiryOf('count')).toBe(endOfHour + countsKeptMs)
  })

  it('is no delivery that is under way, however late its next attempt', async () => {
    const { deliveries } = given()
    const delivery = aDelivery({ status: 'retrying', attempts: 1, nextAttemptAt: builtAt + 2 * day })
    await deliveries.record({ delivery, sweepAt: builtAt })
    expect(await expiryOf('log')).toBe(builtAt + 2 * day + retentionMs)
    const delivered = { ...delivery, status: 'delivered', nextAttemptAt: null, attempts: 2 } as const
    await deliveries.record({ delivery: { ...delivered, updatedAt: builtAt + 2 * day }, sweepAt: null })
    expect(await expiryOf('log')).toBe(builtAt + retentionMs)
  })

  it("is a delivery by its webhook's own retention, though never later than by the deployment's", async () => {
    for (const [own, kept] of [
      [day, day],
      [2 * retentionMs, retentionMs],
    ] as const) {
      const delivery = aDelivery({ status: 'delivered', attempts: 1 })
      const response = { ...anAttempt().response, status: 200, headers: {}, bodyEncoding: 'utf8' } as const
      const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(9_000))).toString('base64')
      const large = anAttempt({ number: 2, response: { ...response, body: noise, truncated: false } })
      const entry = { delivery, sweepAt: null, retentionMs: own }
      await given().deliveries.record({ ...entry, attempt: anAttempt() })
      await given().deliveries.record({ ...entry, attempt: large })
      const mine = (await items()).filter(({ pk, sk }) => `${pk}${sk}`.includes(delivery.id))
      expect(mine.map(({ expires_at: at }) => at * 1_000)).toEqual([builtAt + kept, builtAt + kept])
    }
  })

  it('is an erased event not before its messages, which have the payload', async () => {
    const { events, deliveries, erasure, clock } = given()
    const event = anEvent()
    await events.store([{ event }])
    await clock.advance(retentionMs - day)
    const delivery = aDelivery({ eventId: event.id, status: 'cancelled' })
    await deliveries.record({ delivery, sweepAt: null })
    await erasure.begin(event.id, clock.now())
    await erasure.eraseResponses(delivery.id, clock.now())
    for (const kind of ['events', 'log'])
      expect((await expiryOf(kind)) - clock.now(), kind).toBeGreaterThan(14 * day)
  })

  it('is a payload of its own with its event', async () => {
    const payload = Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * at * 31) % 251))
    const noise = Buffer.concat([payload, Buffer.from(crypto.getRandomValues(new Uint8Array(9_000)))])
    await given().events.store([{ event: anEvent({ payload: noise }) }])
    expect(await expiryOf('payload')).toBe(builtAt + retentionMs)
  })
})
