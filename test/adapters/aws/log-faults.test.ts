import { describe, expect, it } from 'vitest'
import type { Attempt, Delivery } from '../../../functions/domain/delivery.ts'
import { type Event, maxPayloadBytes } from '../../../functions/domain/event.ts'
import { bodyHash } from '../../../functions/use-cases/accept-events.ts'
import { idsOf, perTest } from '../../contracts/harness.ts'
import { aDelivery, anAttempt, anEvent, builtAt } from '../../support/builders.ts'
import { seededRandom } from '../../support/random.ts'
import { failing } from './failing.ts'
import { meddled, throttled, twice } from './meddled.ts'
import { openLog } from './open-log.ts'

const put = 'PutItemCommand'

describe('DynamoEvents, when a write fails', () => {
  const given = perTest(openLog)
  const { origin } = anEvent()
  const keyed = (event: Event, key = 'key-1') => {
    return { event, key: { key, windowMs: 600_000, bodyHash: bodyHash(event.type, event.payload) } }
  }

  it('stores on the repeat what its key was taken for', async () => {
    const { events, tables } = given()
    const first = anEvent({ origin })
    await failing(tables, put, 2, () => events.store([keyed(first)]))
    expect(await events.get(first.id)).toBeUndefined()
    const [result] = await events.store([keyed(anEvent({ origin, acceptedAt: builtAt + 500 }))])
    expect(result).toEqual({ kind: 'duplicate', eventId: first.id, fannedOut: false })
    expect((await events.get(first.id))?.acceptedAt).toBe(builtAt)
    expect(await events.payload(first.id)).toEqual(Buffer.from(first.payload))
  })

  it('shows no event whose payload it could not store', async () => {
    const { events, tables } = given()
    const random = seededRandom(3)
    const payload = Uint8Array.from({ length: maxPayloadBytes }, () => Math.floor(random() * 256))
    const event = anEvent({ payload })
    await failing(tables, put, 2, () => events.store([{ event }]))
    expect(await events.get(event.id)).toBeUndefined()
    await failing(tables, put, 1, () => events.store([{ event }]))
    expect((await events.list({ limit: 10 })).items).toEqual([])
  })

  it('stores the whole of a request on its repeat, each event once', async () => {
    const { events, tables } = given()
    const request = () => ['a', 'b', 'c'].map((key) => keyed(anEvent({ origin }), key))
    const first = request()
    await failing(tables, put, 5, () => events.store(first))
    await events.store(request())
    expect(idsOf((await events.list({ limit: 10 })).items).sort()).toEqual(
      idsOf(first.map(({ event }) => event)).sort(),
    )
  })

  it('rejects as unavailable while it cannot see who has a key', async () => {
    const { events, tables } = given()
    await events.store([keyed(anEvent({ origin }))])
    await failing(tables, 'GetItemCommand', 1, () => events.store([keyed(anEvent({ origin }))]))
  })
})

describe('DynamoDeliveries, when a write fails', () => {
  const given = perTest(openLog)
  const error = 'The receiver answered 503.'
  const retrying = (delivery: Delivery, attempts = 1): Delivery => {
    return {
      ...delivery,
      status: 'retrying',
      attempts,
      nextAttemptAt: builtAt,
      lastError: error,
      errored: true,
    }
  }
  const failed = (over: Partial<Attempt> = {}) => anAttempt({ error, ...over })

  it('has no row before the marks by which it is found', async () => {
    const { deliveries, log, tables } = given()
    const delivery = aDelivery()
    const entry = { delivery: retrying(delivery), attempt: failed(), sweepAt: builtAt }
    for (const nth of [1, 2]) {
      await failing(tables, put, nth, () => deliveries.record(entry))
      expect(await deliveries.find(delivery.id)).toBeUndefined()
    }
    await failing(tables, put, 3, () => deliveries.record(entry))
    expect(await deliveries.due(builtAt, 10)).toEqual([])
    const errors = { webhookId: delivery.webhookId, erroredOnly: true, limit: 10 }
    expect((await log.ofWebhook(errors)).items).toEqual([])
    await deliveries.record(entry)
    expect(await deliveries.due(builtAt, 10)).toEqual([entry.delivery])
    expect((await log.ofWebhook(errors)).items).toEqual([entry.delivery])
  })

  it('has no state before the attempt that led to it', async () => {
    const { deliveries, log, tables } = given()
    const delivery = aDelivery()
    await deliveries.record({ delivery: retrying(delivery), attempt: failed(), sweepAt: null })
    const second = failed({ number: 2, sentAt: builtAt + 9 })
    const entry = { delivery: retrying(delivery, 2), attempt: second, sweepAt: null }
    await failing(tables, put, 1, () => deliveries.record(entry))
    expect((await deliveries.find(delivery.id))?.attempts).toBe(1)
    await deliveries.record(entry)
    expect(await log.attempts(delivery.id)).toEqual([failed(), second])
  })

  it('records an attempt though it cannot be counted, and says so', async () => {
    const { deliveries, log, tables, logged } = given()
    const delivery = aDelivery({ status: 'delivered', attempts: 1 })
    const entry = { delivery, attempt: anAttempt(), sweepAt: null }
    await meddled(tables, 'UpdateItemCommand', throttled, () => deliveries.record(entry))
    expect(await deliveries.find(delivery.id)).toEqual(delivery)
    expect(await log.stats(delivery.webhookId)).toEqual({ total: 0, errored: 0 })
    expect(logged).toEqual(['requests could not be counted'])
  })

  it('keeps both attempts of a number that was made twice, in the order in which they were sent', async () => {
    const { deliveries, log } = given()
    const delivery = aDelivery()
    const [first, second] = [anAttempt({ sentAt: builtAt }), failed({ sentAt: builtAt + 1 })]
    await deliveries.record({ delivery: retrying(delivery), attempt: second, sweepAt: null })
    const delivered = { ...delivery, status: 'delivered', attempts: 1 } as const
    await deliveries.record({ delivery: delivered, attempt: first, sweepAt: null })
    expect(await log.attempts(delivery.id)).toEqual([first, second])
    expect(await deliveries.find(delivery.id)).toEqual(delivered)
  })

  it('has an attempt once though the SDK wrote it twice', async () => {
    const { deliveries, log, tables } = given()
    const delivery = aDelivery({ status: 'delivered', attempts: 1 })
    const entry = { delivery, attempt: anAttempt(), sweepAt: null }
    await meddled(tables, put, twice, () => deliveries.record(entry))
    expect(await deliveries.find(delivery.id)).toEqual(delivery)
    expect(await log.attempts(delivery.id)).toEqual([anAttempt()])
    const other = aDelivery()
    await meddled(tables, put, twice, () =>
      deliveries.record({ delivery: retrying(other), attempt: failed(), sweepAt: builtAt }),
    )
    expect(await log.attempts(other.id)).toEqual([failed()])
    expect(await deliveries.find(other.id)).toEqual(retrying(other))
  })
})
