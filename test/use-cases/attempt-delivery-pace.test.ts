import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { answered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { refusing } from '../support/queues.ts'

const minute = 60_000

describe('attemptDelivery to a webhook with a rate limit', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  /** Moves the clock from message to message until the queue is empty; what became of each. */
  async function drain() {
    const results = []
    while (engine.messages('delivery').length > 0) {
      engine.advance(Math.max(0, engine.deliveryQueue.nextDueAt() - engine.now()))
      results.push(...(await engine.deliverDue()))
    }
    return results
  }

  const gaps = () => engine.requests.slice(1).map(({ at }, nth) => at - (engine.requests[nth]?.at ?? 0))

  it('defers what comes at once, each exactly once, and sends at the pace of the limit', async () => {
    const webhook = await engine.addWebhook({ rateLimit: 10 })
    const messages = await Promise.all(Array.from({ length: 200 }, () => engine.firstAttempt(webhook)))
    const results = await Promise.all(messages.map((message) => attemptDelivery(engine, message, false)))
    expect(results.filter((result) => result === 'attempted')).toHaveLength(1)
    expect(results.filter((result) => result === 'deferred')).toHaveLength(199)
    for (const { body } of engine.messages('delivery'))
      expect(body).toMatchObject({ attempt: 1, deferrals: 1, paced: true })
    expect(await drain()).toEqual(Array.from({ length: 199 }, () => 'attempted'))
    expect(gaps()).toEqual(Array.from({ length: 199 }, () => 100))
    expect(new Set(engine.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(200)
  })

  it('keeps three a second over many, though a third of a second is no whole millisecond', async () => {
    const webhook = await engine.addWebhook({ rateLimit: 3 })
    const messages = await Promise.all(Array.from({ length: 61 }, () => engine.firstAttempt(webhook)))
    await Promise.all(messages.map((message) => attemptDelivery(engine, message, false)))
    await drain()
    const tookMs = gaps().reduce((sum, gap) => sum + gap, 0)
    expect(tookMs).toBeGreaterThanOrEqual(19_999)
    expect(tookMs).toBeLessThanOrEqual(20_000)
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(333)
  })

  it('puts off for 15 min what has no place within them, and loses nothing', async () => {
    const webhook = await engine.addWebhook({ rateLimit: 0.1 })
    const messages = await Promise.all(Array.from({ length: 120 }, () => engine.firstAttempt(webhook)))
    await Promise.all(messages.map((message) => attemptDelivery(engine, message, false)))
    const latest = engine.messages('delivery').at(-1)
    expect(latest?.dueAt).toBe(engine.now() + 15 * minute)
    await drain()
    expect(engine.requests).toHaveLength(120)
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(10_000)
  })

  it('sends at once when the place is free, and holds the pace after a pause', async () => {
    const webhook = await engine.addWebhook({ rateLimit: 1 })
    expect(await attemptDelivery(engine, await engine.firstAttempt(webhook), false)).toBe('attempted')
    engine.advance(minute)
    expect(await attemptDelivery(engine, await engine.firstAttempt(webhook), false)).toBe('attempted')
    expect(await attemptDelivery(engine, await engine.firstAttempt(webhook), false)).toBe('deferred')
    expect(engine.messages('delivery')).toMatchObject([{ dueAt: engine.now() + 1_000 }])
  })

  it('gives a retry a place of its own', async () => {
    const failing = { ...engine, sender: { send: async () => answered(503) } }
    const webhook = await engine.addWebhook({ rateLimit: 0.1, retrySchedule: [0, 1_000] })
    await attemptDelivery(failing, await engine.firstAttempt(webhook), false)
    engine.advance(1_000)
    expect(await engine.deliverDue()).toEqual(['deferred'])
    expect(engine.messages('delivery')).toMatchObject([
      { dueAt: engine.now() + 9_000, body: { attempt: 2, deferrals: 1, paced: true } },
    ])
  })

  it('keeps one webhook from pacing another, and lets tests through', async () => {
    const slow = await engine.addWebhook({ rateLimit: 0.1 })
    const other = await engine.addWebhook({ rateLimit: 0.1 })
    await attemptDelivery(engine, await engine.firstAttempt(slow), false)
    expect(await attemptDelivery(engine, await engine.firstAttempt(other), false)).toBe('attempted')
    const test = await engine.firstAttempt(slow, { trigger: 'test' })
    expect(await attemptDelivery(engine, test, false)).toBe('attempted')
  })

  it('rejects when the queue refuses the deferred message', async () => {
    const webhook = await engine.addWebhook({ rateLimit: 1 })
    await attemptDelivery(engine, await engine.firstAttempt(webhook), false)
    const message = await engine.firstAttempt(webhook)
    const deps = { ...engine, deliveryQueue: refusing(engine.deliveryQueue, () => true) }
    await expect(attemptDelivery(deps, message, false)).rejects.toThrow(
      `The delivery queue refused ${message.delivery_id}.`,
    )
    expect(await attemptDelivery(engine, message, true)).toBe('deferred')
    await drain()
    expect(engine.requests).toHaveLength(2)
  })
})
