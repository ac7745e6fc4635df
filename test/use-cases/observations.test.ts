import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { opened, slowed, untroubled } from '../../functions/domain/breaker.ts'
import { attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { Crowds } from '../../functions/use-cases/crowds.ts'
import { answered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

describe('attemptDelivery tells', () => {
  let engine: TestEngine
  let status: number

  beforeEach(async () => {
    status = 200
    engine = await openTestEngine({ answer: () => answered(status) })
  })
  afterEach(() => engine.close())

  const timeIn = (durationMs: number) => new Date(engine.now() + durationMs).toISOString()

  it('of an attempt that a rate limit puts off, until when', async () => {
    const webhook = await engine.addWebhook({ rateLimit: 10 })
    const [first, second] = [await engine.firstAttempt(webhook), await engine.firstAttempt(webhook)]
    await attemptDelivery(engine, first, false)
    await attemptDelivery(engine, second, false)
    expect(engine.observed).toMatchObject([
      { kind: 'delivery attempted', delivery_id: first.delivery_id, status: 'delivered' },
      {
        ...{ kind: 'delivery deferred', delivery_id: second.delivery_id, webhook_id: webhook.id, attempt: 1 },
        ...{ reason: 'rate_limit', next_attempt_at: timeIn(100) },
      },
    ])
  })

  it('of an attempt that an open breaker holds back', async () => {
    const webhook = await engine.addWebhook()
    await engine.breakers.replace(webhook.id, opened(untroubled, engine.now()))
    await attemptDelivery(engine, await engine.firstAttempt(webhook), false)
    expect(engine.observed).toMatchObject([
      { kind: 'delivery deferred', reason: 'breaker', next_attempt_at: timeIn(12_500) },
    ])
  })

  it('of attempts that a slow receiver and a crowd put off', async () => {
    const webhook = await engine.addWebhook()
    const crowd = await Promise.all([1, 2, 3].map(() => engine.firstAttempt(webhook)))
    const trials = { mayBegin: async () => false, passed: async () => {} }
    const crowds = new Crowds({ trials, swift: new Map() }, crowd)
    for (const message of crowd) await attemptDelivery({ ...engine, crowds }, message, false)
    await engine.breakers.replace(webhook.id, slowed(untroubled, { perSecond: 1, nowMs: engine.now() }))
    await attemptDelivery(engine, await engine.firstAttempt(webhook), false)
    await attemptDelivery(engine, await engine.firstAttempt(webhook), false)
    expect(engine.observed.map((seen) => ('reason' in seen ? seen.reason : undefined))).toEqual([
      'crowd',
      'crowd',
      'crowd',
      undefined,
      'slow',
    ])
  })

  it('of a breaker that opens, once, and of one that closes', async () => {
    const webhook = await engine.addWebhook()
    status = 500
    for (let sent = 0; sent < 10; sent++)
      await attemptDelivery(engine, await engine.firstAttempt(webhook), false)
    status = 200
    const byHand = await engine.firstAttempt(webhook, { by_hand: true })
    await attemptDelivery(engine, byHand, false)
    expect(engine.observed.filter(({ kind }) => kind === 'breaker changed')).toEqual([
      { kind: 'breaker changed', webhook_id: webhook.id, from: 'closed', to: 'open' },
      { kind: 'breaker changed', webhook_id: webhook.id, from: 'open', to: 'closed' },
    ])
  })

  it.each([
    ['is off', { enabled: false }, 'The webhook was off when this was due.'],
    ['is gone', undefined, 'The webhook was deleted.'],
  ])('of a delivery whose webhook %s', async (_, over, error) => {
    const webhook = over === undefined ? { id: 'whk_0000000000000000' } : await engine.addWebhook(over)
    await attemptDelivery(engine, await engine.firstAttempt(webhook), false)
    expect(engine.observed).toMatchObject([{ kind: 'delivery cancelled', attempt: 1, error }])
  })

  it('of an attempt once it is in the log, and not before', async () => {
    const webhook = await engine.addWebhook()
    const message = await engine.firstAttempt(webhook)
    const repair = engine.breakTable('attempts')
    await expect(attemptDelivery(engine, message, false)).rejects.toThrow()
    expect(engine.observed).toEqual([])
    repair()
    await attemptDelivery(engine, message, true)
    expect(engine.observed).toMatchObject([{ kind: 'delivery attempted', status_code: 200 }])
    expect(engine.requests).toHaveLength(1)
  })
})
