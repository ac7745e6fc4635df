import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Delivery } from '../../functions/domain/delivery.ts'
import { Conflict, NotFound } from '../../functions/domain/errors.ts'
import { parseDeliveryId } from '../../functions/domain/ids.ts'
import { attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { redeliver } from '../../functions/use-cases/redeliver.ts'
import { aDelivery, answered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { refusing } from '../support/queues.ts'

const minute = 60_000
const day = 24 * 60 * minute

describe('redeliver', () => {
  let engine: TestEngine
  let status: number

  beforeEach(async () => {
    status = 200
    engine = await openTestEngine({ answer: () => answered(status), retentionMs: 30 * day })
  })

  afterEach(() => engine.close())

  async function logged(over: Partial<Delivery>): Promise<Delivery> {
    const { id: webhookId } = await engine.addWebhook()
    const event = await engine.addEvent()
    const delivery = aDelivery({ eventId: event.id, webhookId, createdAt: event.acceptedAt, ...over })
    await engine.deliveries.record({ delivery, sweepAt: delivery.nextAttemptAt })
    return delivery
  }

  it.each(['delivered', 'exhausted', 'cancelled'] as const)(
    'makes a new delivery of the same event when the old one is %s',
    async (old) => {
      const finished = await logged({ status: old, attempts: 3 })
      engine.advance(day)
      const again = await redeliver(engine, finished.id)
      expect(again).toMatchObject({
        eventId: finished.eventId,
        webhookId: finished.webhookId,
        trigger: 'redelivery',
        status: 'pending',
        attempts: 0,
        createdAt: engine.now(),
        nextAttemptAt: engine.now(),
      })
      expect(again.id).not.toBe(finished.id)
      expect(parseDeliveryId(again.id)).toMatchObject({ eventId: finished.eventId })
      expect(await engine.deliverDue()).toEqual(['attempted'])
      expect(engine.requests[0]?.headers['webhook-id']).toBe(finished.eventId)
      expect(await engine.deliveries.find(again.id)).toMatchObject({ status: 'delivered', attempts: 1 })
      expect(await engine.deliveries.find(finished.id)).toEqual(finished)
    },
  )

  it('makes another one each time', async () => {
    const finished = await logged({ status: 'delivered', attempts: 1 })
    const ids = [await redeliver(engine, finished.id), await redeliver(engine, finished.id)].map(
      ({ id }) => id,
    )
    expect(new Set(ids).size).toBe(2)
    expect(await engine.deliverDue()).toHaveLength(2)
  })

  it('retries a new one that fails', async () => {
    status = 503
    const again = await redeliver(engine, (await logged({ status: 'exhausted', attempts: 4 })).id)
    await engine.deliverDue()
    expect(await engine.deliveries.find(again.id)).toMatchObject({ status: 'retrying', attempts: 1 })
  })

  it.each([
    { where: 'in the queue', waitMs: 5 * minute },
    { where: 'in the due index', waitMs: 120 * minute },
  ])('makes the next attempt now when the delivery waits $where, and not once more', async ({ waitMs }) => {
    status = 503
    const webhook = await engine.addWebhook({ retrySchedule: [0, waitMs] })
    const { delivery_id: id, ...message } = await engine.firstAttempt(webhook)
    await attemptDelivery(engine, { ...message, delivery_id: id }, false)
    engine.advance(1_000)
    expect(await redeliver(engine, id)).toMatchObject({
      id,
      status: 'retrying',
      attempts: 1,
      nextAttemptAt: engine.now(),
    })
    expect(engine.messages('delivery')).toMatchObject([{ id: `${id}/2`, dueAt: engine.now() }])
    status = 200
    expect(await engine.deliverDue()).toEqual(['attempted'])
    engine.advance(waitMs)
    expect(await engine.deliverDue()).toEqual([])
    expect(engine.requests).toHaveLength(2)
  })

  it('reads the payload from the store, so that a large one is sent too', async () => {
    const payload = Buffer.from(JSON.stringify({ text: 'x'.repeat(40_000) }))
    const event = await engine.addEvent({ payload })
    const { id: webhookId } = await engine.addWebhook()
    const finished = aDelivery({ eventId: event.id, webhookId, status: 'delivered', attempts: 1 })
    await engine.deliveries.record({ delivery: finished, sweepAt: null })
    await redeliver(engine, finished.id)
    await engine.deliverDue()
    expect(payload.equals(engine.requests[0]?.body ?? Buffer.alloc(0))).toBe(true)
  })

  it('throws NotFound when there is no such delivery, or its webhook is gone', async () => {
    await expect(redeliver(engine, aDelivery().id)).rejects.toThrow(NotFound)
    const finished = await logged({ status: 'delivered', attempts: 1 })
    await engine.webhooks.remove(finished.webhookId, 1)
    await expect(redeliver(engine, finished.id)).rejects.toThrow(NotFound)
  })

  it('throws Conflict when the webhook is off', async () => {
    const finished = await logged({ status: 'delivered', attempts: 1 })
    await engine.webhooks.disable(finished.webhookId, 'gone', engine.now())
    await expect(redeliver(engine, finished.id)).rejects.toThrow(
      `${finished.webhookId} is off, so nothing is sent to it. Enable it first.`,
    )
    expect(engine.messages('delivery')).toEqual([])
  })

  it('throws Conflict when the first attempt is about to be made', async () => {
    const finished = await logged({ status: 'delivered', attempts: 1 })
    const again = await redeliver(engine, finished.id)
    await expect(redeliver(engine, again.id)).rejects.toThrow('about to be sent for the first time')
  })

  it('throws Conflict when the payload has expired', async () => {
    const finished = await logged({ status: 'delivered', attempts: 1 })
    engine.advance(30 * day)
    const refused = redeliver(engine, finished.id)
    await expect(refused).rejects.toThrow(Conflict)
    await expect(refused).rejects.toThrow(`The payload of ${finished.eventId} has expired`)
  })

  it('makes the first attempt now of a delivery that is put off', async () => {
    const waiting = await logged({ status: 'pending', nextAttemptAt: engine.now() + 30 * minute })
    expect(await redeliver(engine, waiting.id)).toMatchObject({ id: waiting.id, nextAttemptAt: engine.now() })
    expect(await engine.deliverDue()).toEqual(['attempted'])
    expect(await engine.deliveries.find(waiting.id)).toMatchObject({ status: 'delivered', attempts: 1 })
  })

  it('leaves it to the sweep when the queue refuses, rather than have it asked for twice', async () => {
    const finished = await logged({ status: 'delivered', attempts: 1 })
    const deps = { ...engine, deliveryQueue: refusing(engine.deliveryQueue, () => true) }
    const { id } = await redeliver(deps, finished.id)
    const [due] = await engine.deliveries.due(engine.now() + 2 * minute, 10)
    expect(due).toMatchObject({ id, trigger: 'redelivery', eventId: finished.eventId })
  })
})
