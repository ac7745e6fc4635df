import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Delivery } from '../../functions/domain/delivery.ts'
import { attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { sweepAt } from '../../functions/use-cases/schedule.ts'
import { aDelivery, aDeliveryMessage, builtAt } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const day = 86_400_000

describe('attemptDelivery, before it sends', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine({ retentionMs: 30 * day })
  })

  afterEach(() => engine.close())

  /** A delivery in the log, of an event in the store. */
  async function logged(over: Partial<Delivery>): Promise<Delivery> {
    const { id: webhookId } = await engine.addWebhook()
    const event = await engine.addEvent()
    const delivery = aDelivery({ eventId: event.id, webhookId, ...over })
    const at = delivery.nextAttemptAt
    await engine.deliveries.record({ delivery, sweepAt: at === null ? null : sweepAt(at, engine.now()) })
    return delivery
  }

  it.each(['delivered', 'exhausted', 'cancelled'] as const)('skips what is %s', async (status) => {
    const delivery = await logged({ status, attempts: 1 })
    for (const attempt of [1, 2])
      expect(await attemptDelivery(engine, aDeliveryMessage(delivery, { attempt }), true)).toBe('skipped')
    expect(engine.requests).toEqual([])
    expect(engine.messages('delivery')).toEqual([])
  })

  it.each([
    { what: 'that was made', attempt: 1 },
    { what: 'that is not due yet', attempt: 3 },
  ])('skips an attempt $what', async ({ attempt }) => {
    const delivery = await logged({ status: 'retrying', attempts: 1, nextAttemptAt: builtAt + 5_000 })
    expect(await attemptDelivery(engine, aDeliveryMessage(delivery, { attempt }), false)).toBe('skipped')
    expect(engine.requests).toEqual([])
    expect(engine.messages('delivery')).toEqual([])
  })

  it('queues the next attempt again when the message was seen before', async () => {
    const delivery = await logged({ status: 'retrying', attempts: 1, nextAttemptAt: builtAt + 5_000 })
    const message = aDeliveryMessage(delivery, { attempt: 1, payload: '{"n":1}' })
    expect(await attemptDelivery(engine, message, true)).toBe('skipped')
    expect(engine.messages('delivery')).toEqual([
      { id: `${delivery.id}/2`, dueAt: builtAt + 5_000, body: { ...message, attempt: 2 } },
    ])
  })

  it('leaves a next attempt that is due in more than 15 min to the sweep, seen before or not', async () => {
    const delivery = await logged({ status: 'retrying', attempts: 1, nextAttemptAt: builtAt + 900_001 })
    await attemptDelivery(engine, aDeliveryMessage(delivery, { attempt: 1 }), true)
    expect(engine.messages('delivery')).toEqual([])
  })

  it('drops the message when the webhook is gone', async () => {
    const webhook = await engine.addWebhook()
    const message = await engine.firstAttempt(webhook)
    await engine.webhooks.remove(webhook.id, 1)
    expect(await attemptDelivery(engine, message, false)).toBe('dropped')
    expect(engine.requests).toEqual([])
    expect(await engine.deliveries.find(message.delivery_id)).toBeUndefined()
  })

  it('cancels the delivery when the webhook is off', async () => {
    const message = await engine.firstAttempt(await engine.addWebhook({ enabled: false }))
    expect(await attemptDelivery(engine, message, false)).toBe('cancelled')
    expect(engine.requests).toEqual([])
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({
      status: 'cancelled',
      attempts: 0,
      lastError: 'The webhook was off when this was due.',
      nextAttemptAt: null,
    })
  })

  it('cancels a retry too when the webhook was turned off meanwhile, and sweeps it no more', async () => {
    const delivery = await logged({ status: 'retrying', attempts: 1, nextAttemptAt: builtAt })
    await engine.webhooks.disable(delivery.webhookId, 'gone', engine.now())
    expect(await attemptDelivery(engine, aDeliveryMessage(delivery), false)).toBe('cancelled')
    expect(await engine.deliveries.find(delivery.id)).toMatchObject({ status: 'cancelled', attempts: 1 })
    expect(engine.sweepAtOf(delivery.id)).toBeNull()
  })

  it('sends a test to a webhook that is off', async () => {
    const webhook = await engine.addWebhook({ enabled: false })
    const message = await engine.firstAttempt(webhook, { trigger: 'test' })
    expect(await attemptDelivery(engine, message, false)).toBe('attempted')
    expect(engine.requests).toHaveLength(1)
  })

  it('reads a payload that did not travel with the message', async () => {
    const payload = Buffer.from(`{"text":"${'naïve '.repeat(10_000)}"}`)
    const event = await engine.addEvent({ payload })
    const { id: webhookId } = await engine.addWebhook()
    const message = aDeliveryMessage(aDelivery({ eventId: event.id, webhookId }), { payload: undefined })
    await attemptDelivery(engine, message, false)
    expect(payload.equals(engine.requests[0]?.body ?? Buffer.alloc(0))).toBe(true)
  })

  it('cancels the delivery when the payload has expired', async () => {
    const event = await engine.addEvent()
    const { id: webhookId } = await engine.addWebhook()
    const message = aDeliveryMessage(aDelivery({ eventId: event.id, webhookId }), { payload: undefined })
    engine.advance(30 * day)
    expect(await attemptDelivery(engine, message, false)).toBe('cancelled')
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({
      lastError: 'The payload expired or was erased before it was sent.',
    })
  })

  it('sends to the URL that the webhook has now', async () => {
    const webhook = await engine.addWebhook()
    const message = await engine.firstAttempt(webhook)
    await engine.webhooks.replace({ ...webhook, url: 'https://new.example.com/', version: 2 }, 1)
    await attemptDelivery(engine, message, false)
    expect(engine.requests[0]?.url).toBe('https://new.example.com/')
  })

  it('rejects a message whose id is no delivery id', async () => {
    const message = await engine.firstAttempt(await engine.addWebhook(), { delivery_id: 'dlv_none' })
    await expect(attemptDelivery(engine, message, false)).rejects.toThrow('"dlv_none" is no delivery id.')
  })
})
