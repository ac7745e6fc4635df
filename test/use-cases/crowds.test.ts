import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ExpiringCache } from '../../functions/domain/expiring-cache.ts'
import type { DeliveryMessage } from '../../functions/domain/messages.ts'
import type { Webhook } from '../../functions/domain/webhook.ts'
import { attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { Crowds } from '../../functions/use-cases/crowds.ts'
import { answered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

describe('attemptDelivery of many messages of one webhook in a batch', () => {
  let engine: TestEngine
  let webhook: Webhook
  let mayBegin: boolean
  let asked: number
  let passed: number
  let takesMs: number

  beforeEach(async () => {
    asked = 0
    passed = 0
    takesMs = 10
    engine = await openTestEngine({
      answer: () => {
        engine.advance(takesMs)
        return answered(200)
      },
      slowness: { afterMs: 500, crowdAfterMs: 100, mostInFlight: 50 },
    })
    webhook = await engine.addWebhook()
  })

  afterEach(() => engine.close())

  const trials = {
    mayBegin: async () => {
      asked++
      return mayBegin
    },
    passed: async () => {
      passed++
    },
  }
  /** A process that handles one batch after the other. */
  const aProcess = () => {
    const swift = new ExpiringCache<true>({ maxAgeMs: 60_000, maxEntries: 10 }, engine.now)
    return async (count: number, over: Partial<DeliveryMessage> = {}) => {
      const messages: DeliveryMessage[] = []
      for (let nth = 0; nth < count; nth++) messages.push(await engine.firstAttempt(webhook, over))
      const deps = { ...engine, crowds: new Crowds({ trials, swift }, messages) }
      return Promise.all(messages.map((message) => attemptDelivery(deps, message, false)))
    }
  }

  it('puts them off for a moment, without a row, while others try the receiver', async () => {
    mayBegin = false
    expect(new Set(await aProcess()(10))).toEqual(new Set(['deferred']))
    expect(asked).toBe(1)
    expect(engine.messages('delivery').map(({ dueAt }) => dueAt - engine.now())).toEqual(
      Array.from({ length: 10 }, () => 2_000),
    )
    expect(engine.database.prepare('select count(*) n from deliveries').get()).toEqual({ n: 0 })
  })

  it('asks once, tells once that the receiver answered soon, and asks no more for a minute', async () => {
    mayBegin = true
    const handle = aProcess()
    expect(new Set(await handle(10))).toEqual(new Set(['attempted']))
    await handle(10)
    expect([asked, passed]).toEqual([1, 1])
    engine.advance(60_000)
    await handle(10)
    expect([asked, passed]).toEqual([2, 2])
  })

  it('learns from single ones too, which never wait', async () => {
    mayBegin = false
    const handle = aProcess()
    expect(await handle(2)).toEqual(['attempted', 'attempted'])
    expect(new Set(await handle(10))).toEqual(new Set(['attempted']))
    expect([asked, passed]).toEqual([0, 0])
  })

  it('does not take a slow answer for one that came soon', async () => {
    mayBegin = true
    takesMs = 600
    await aProcess()(3)
    expect(passed).toBe(0)
  })

  it('has a receiver that takes a while at its pace only when many wait for it', async () => {
    mayBegin = true
    takesMs = 200
    await aProcess()(2)
    expect(await engine.breakers.get(webhook.id)).toMatchObject({ kind: 'closed' })
    await aProcess()(1, { paced: true })
    expect(await engine.breakers.get(webhook.id)).toMatchObject({ kind: 'slow', perSecond: 200 })
  })

  it('counts the attempts of a batch with many', async () => {
    mayBegin = true
    takesMs = 150
    await aProcess()(3)
    expect(await engine.breakers.get(webhook.id)).toMatchObject({ kind: 'slow' })
    // Soon enough for others to go on, at that pace.
    expect(passed).toBe(1)
  })

  it('lets what has a place already keep it', async () => {
    mayBegin = false
    expect(await aProcess()(3, { paced: true })).toEqual(['attempted', 'attempted', 'attempted'])
  })
})
