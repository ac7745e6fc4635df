import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SqliteLevels } from '../../../functions/adapters/sqlite/sqlite-levels.ts'
import { opened, slowed, untroubled } from '../../../functions/domain/breaker.ts'
import { aDelivery } from '../../support/builders.ts'
import { openTestEngine, type TestEngine } from '../../support/engine.ts'

describe('SqliteLevels', () => {
  let engine: TestEngine
  let levels: SqliteLevels

  beforeEach(async () => {
    engine = await openTestEngine()
    levels = new SqliteLevels(engine.store)
  })
  afterEach(() => engine.close())

  it('knows an empty queue', () => {
    expect(levels.queue('fan-out')).toEqual({
      ...{ queue: 'fan-out', due: 0, delayed: 0, deadLetters: 0, oldestDueMs: 0 },
    })
  })

  it('counts what is due, delayed and dead, without what is in flight, and how long the oldest has been due', async () => {
    const body = { event_id: 'evt_1', event_type: 'batch_change:apply' }
    const now = engine.now()
    const send = (id: string, notBefore: number) => engine.fanOutQueue.send([{ id, body, notBefore }])
    await send('first', now)
    await engine.fanOutQueue.receive(10)
    await engine.fanOutQueue.send([{ id: 'second', body, group: 'other', notBefore: now + 1_000 }])
    await send('third', now + 3_000)
    await send('later', now + 60_000)
    engine.database.exec(
      `insert into messages values ('fan-out-dead-letters', 'dead', '', 0, 20, 0, 0, '{}')`,
    )
    engine.advance(5_000)
    expect(levels.queue('fan-out')).toEqual({
      ...{ queue: 'fan-out', due: 2, delayed: 1, deadLetters: 1, oldestDueMs: 4_000 },
    })
    expect(levels.queue('delivery')).toMatchObject({ due: 0, delayed: 0, deadLetters: 0 })
  })

  it('counts deliveries that come again, and webhooks in trouble', async () => {
    const webhook = await engine.addWebhook()
    const event = await engine.addEvent()
    const delivery = aDelivery({ webhookId: webhook.id, eventId: event.id, status: 'retrying', attempts: 1 })
    expect([levels.retriesWaiting(), levels.breakers()]).toEqual([0, { open: 0, slow: 0 }])
    await engine.deliveries.record({ delivery, sweepAt: engine.now() + 1_000 })
    await engine.breakers.replace(webhook.id, opened(untroubled, engine.now()))
    await engine.breakers.replace('whk_other', slowed(untroubled, { perSecond: 1, nowMs: engine.now() }))
    expect([levels.retriesWaiting(), levels.breakers()]).toEqual([1, { open: 1, slow: 1 }])
  })
})
