import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeliveryMessage } from '../../functions/domain/messages.ts'
import type { Outcome } from '../../functions/domain/outcome.ts'
import { attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { answered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { refusing } from '../support/queues.ts'

describe('attemptDelivery, when our own parts fail', () => {
  let engine: TestEngine
  let outcome: Outcome

  beforeEach(async () => {
    outcome = answered(200)
    engine = await openTestEngine({ answer: () => outcome })
  })

  afterEach(() => engine.close())

  const attempt = (message: DeliveryMessage, seen = false) => attemptDelivery(engine, message, seen)

  it('rejects and uses up no attempt when the secret does not open', async () => {
    const sealedForAnother = await engine.cipher.seal('shared secret', 'whk_01kaqc3h5n8r2c4x')
    const webhook = await engine.addWebhook({ secret: sealedForAnother })
    const message = await engine.firstAttempt(webhook)
    await expect(attempt(message)).rejects.toThrow()
    expect(engine.requests).toEqual([])
    expect(await engine.deliveries.find(message.delivery_id)).toBeUndefined()
    const secret = await engine.cipher.seal('shared secret', webhook.id)
    await engine.webhooks.replace({ ...webhook, secret, version: 2 }, 1)
    expect(await attempt(message, true)).toBe('attempted')
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({ attempts: 1 })
  })

  it.each(['attempts', 'deliveries'] as const)(
    'rejects when the log takes no %s, and logs the attempt when the message comes again, without making it twice',
    async (table) => {
      const message = await engine.firstAttempt(await engine.addWebhook())
      const repair = engine.breakTable(table)
      await expect(attempt(message)).rejects.toThrow('the disk is full')
      expect(await engine.deliveries.find(message.delivery_id)).toBeUndefined()
      expect(await engine.deliveryLog.attempts(message.delivery_id)).toEqual([])
      repair()
      expect(await attempt(message, true)).toBe('attempted')
      expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({
        status: 'delivered',
        attempts: 1,
      })
      expect(engine.requests).toHaveLength(1)
    },
  )

  it('makes an attempt again, under the same id, when the log did not take it and the process is another', async () => {
    const message = await engine.firstAttempt(await engine.addWebhook())
    const repair = engine.breakTable('attempts')
    await expect(attempt(message)).rejects.toThrow('the disk is full')
    repair()
    const unlogged = { get: () => undefined, set: () => {} }
    expect(await attemptDelivery({ ...engine, unlogged }, message, true)).toBe('attempted')
    const ids = engine.requests.map(({ headers }) => headers['webhook-id'])
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })

  it('queues the next attempt of one that the log did not take at once', async () => {
    outcome = answered(503)
    const message = await engine.firstAttempt(await engine.addWebhook())
    const repair = engine.breakTable('deliveries')
    await expect(attempt(message)).rejects.toThrow('the disk is full')
    repair()
    expect(await attempt(message, true)).toBe('attempted')
    expect(engine.messages('delivery')).toMatchObject([{ id: `${message.delivery_id}/2` }])
  })

  it('rejects when the queue refuses the next attempt, and queues it when the message comes again', async () => {
    outcome = answered(503)
    const message = await engine.firstAttempt(await engine.addWebhook())
    const deps = { ...engine, deliveryQueue: refusing(engine.deliveryQueue, () => true) }
    await expect(attemptDelivery(deps, message, false)).rejects.toThrow(
      `The delivery queue refused ${message.delivery_id}.`,
    )
    expect(await attempt(message, true)).toBe('skipped')
    expect(engine.messages('delivery')).toMatchObject([
      { id: `${message.delivery_id}/2`, dueAt: engine.now() + 5_000 },
    ])
    expect(engine.requests).toHaveLength(1)
  })

  it('leaves it to the sweep when the queue refused the next attempt and the message is lost', async () => {
    outcome = answered(503)
    const message = await engine.firstAttempt(await engine.addWebhook())
    const repair = engine.breakTable('messages')
    await expect(attempt(message)).rejects.toThrow('the disk is full')
    repair()
    expect(engine.sweepAtOf(message.delivery_id)).toBe(engine.now() + 5_000 + 120_000)
  })

  it('turns a webhook off after a 410 when the message comes again, if that failed the first time', async () => {
    outcome = answered(410)
    const webhook = await engine.addWebhook()
    const message = await engine.firstAttempt(webhook)
    const repair = engine.breakTable('webhooks', { verb: 'update' })
    await expect(attempt(message)).rejects.toThrow('the disk is full')
    repair()
    await attempt(message, true)
    expect(await engine.webhooks.get(webhook.id)).toMatchObject({ enabled: false, disabledReason: 'gone' })
    expect(engine.requests).toHaveLength(1)
  })

  it('makes no attempt twice when a message comes twice, one after the other', async () => {
    const message = await engine.firstAttempt(await engine.addWebhook())
    expect(await attempt(message)).toBe('attempted')
    expect(await attempt(message, true)).toBe('skipped')
    expect(engine.requests).toHaveLength(1)
  })

  it('counts one attempt and keeps one id when a message comes twice at once', async () => {
    outcome = answered(503)
    const message = await engine.firstAttempt(await engine.addWebhook())
    await Promise.all([attempt(message), attempt(message)])
    const ids = engine.requests.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(1)
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({ attempts: 1 })
    expect(engine.messages('delivery')).toHaveLength(1)
  })

  it('never writes an earlier state over a later one', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const late = {
      ...engine,
      sender: {
        send: async () => {
          await held
          return answered(503)
        },
      },
    }
    const message = await engine.firstAttempt(await engine.addWebhook())
    const slow = attemptDelivery(late, message, false)
    expect(await attempt(message, true)).toBe('attempted')
    release()
    await slow
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({ status: 'delivered' })
    engine.advance(5_000)
    expect(await engine.deliverDue()).toEqual(['skipped'])
    expect(engine.requests).toHaveLength(1)
  })
})
