import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Conflict, InvalidInput, NotFound } from '../../functions/domain/errors.ts'
import type { Webhook } from '../../functions/domain/webhook.ts'
import { type AdvanceReplays, advanceReplays } from '../../functions/use-cases/advance-replays.ts'
import { cancelReplay } from '../../functions/use-cases/cancel-replay.ts'
import { claimReplay } from '../../functions/use-cases/replay-store.ts'
import { startReplay } from '../../functions/use-cases/start-replay.ts'
import { sweepDeliveries } from '../../functions/use-cases/sweep-deliveries.ts'
import { aWebhook, builtAt } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { refusing } from '../support/queues.ts'

const minute = 60_000
const day = 24 * 60 * minute
const wanted = {
  since: builtAt - minute,
  until: undefined,
  include: 'missed',
  rate: 10,
  dryRun: false,
} as const

describe('the course of a replay', () => {
  let engine: TestEngine
  let webhook: Webhook

  beforeEach(async () => {
    engine = await openTestEngine()
    webhook = await engine.addWebhook()
  })

  afterEach(() => engine.close())

  /** Events that the webhook missed. */
  async function missed(count: number): Promise<readonly string[]> {
    const events = await Promise.all(Array.from({ length: count }, () => engine.addEvent()))
    const fanOut = { at: engine.now(), webhookIds: [], missedBy: [webhook.id] }
    await Promise.all(events.map(({ id }) => engine.events.recordFanOut(id, fanOut)))
    engine.advance(1_000)
    return events.map(({ id }) => id).sort()
  }
  const advance = (deps: AdvanceReplays = engine, aheadMs = 3_000) =>
    advanceReplays(deps, { aheadMs, endsAt: engine.now() + minute })
  const start = (over: Partial<Parameters<typeof startReplay>[2]> = {}) =>
    startReplay(engine, webhook.id, { ...wanted, ...over })
  const sent = () => engine.requests.map(({ headers }) => headers['webhook-id'] ?? '').sort()

  it('queues no more than the rate, and says how far it has come', async () => {
    const ids = await missed(100)
    const { id } = await start()
    const startedAt = engine.now()
    await advance()
    expect(engine.messages('delivery').map(({ dueAt }) => dueAt - startedAt)).toEqual(
      Array.from({ length: 30 }, (_, nth) => nth * 100),
    )
    expect(await engine.replays.get(id)).toMatchObject({
      status: 'running',
      matched: 30,
      queued: 30,
      examined: 30,
      lease: null,
    })
    await advance()
    expect(engine.messages('delivery')).toHaveLength(30)
    for (let second = 0; second < 10; second++) {
      engine.advance(1_000)
      await engine.deliverDue()
      await advance()
    }
    await engine.deliverDue()
    expect(sent()).toEqual(ids)
    expect(engine.requests.at(-1)?.at).toBe(startedAt + 10_000)
    expect(await engine.replays.get(id)).toMatchObject({
      status: 'finished',
      queued: 100,
      finishedAt: expect.any(Number),
    })
  })

  it.each([
    { rate: 10, rateLimit: 2, aheadMs: 3_000, dueAfterMs: [0, 500, 1_000, 1_500, 2_000, 2_500] },
    { rate: 10, rateLimit: 0.1, aheadMs: 3_000, dueAfterMs: [0] },
    { rate: 2, rateLimit: 100, aheadMs: 1_000, dueAfterMs: [0, 500] },
  ])(
    'goes by the rate limit of the webhook where that is lower: %j',
    async ({ rate, rateLimit, aheadMs, dueAfterMs }) => {
      await missed(10)
      await engine.webhooks.replace({ ...webhook, rateLimit, version: 2 }, 1)
      await start({ rate })
      const startedAt = engine.now()
      for (let nth = 0; nth < 3; nth++) await advance(engine, aheadMs)
      expect(engine.messages('delivery').map(({ dueAt }) => dueAt - startedAt)).toEqual(dueAfterMs)
    },
  )

  it('is worked on in turn with those of other webhooks', async () => {
    await missed(5)
    const others = [await engine.addWebhook(), await engine.addWebhook()]
    await start()
    for (const { id } of others) await startReplay(engine, id, { ...wanted, include: 'all' })
    let nowMs = engine.now()
    // Each look at the clock takes a second: the time is over before all have had a turn.
    const deps = { ...engine, now: () => (nowMs += 1_000) }
    for (let turns = 0; turns < 3; turns++)
      await advanceReplays(deps, { aheadMs: minute, endsAt: nowMs + 6_000 })
    const lists = await Promise.all(
      [webhook, ...others].map(({ id }) => engine.replays.list({ webhookId: id, limit: 2 })),
    )
    expect(lists.map(([replay]) => replay?.examined)).toEqual([5, 5, 5])
  })

  it('makes no second set when it dies at any point, and loses none', async () => {
    const ids = await missed(20)
    const { id } = await start({ rate: 500 })
    const dying = <Port extends object>(port: Port, method: keyof Port, nth: number): Port => {
      let calls = 0
      return new Proxy(port, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target)
          if (typeof member !== 'function') return member
          return async (...args: unknown[]) => {
            if (name === method && ++calls === nth) throw new Error('killed')
            return Reflect.apply(member, target, args)
          }
        },
      })
    }
    await expect(advance({ ...engine, deliveries: dying(engine.deliveries, 'record', 7) })).rejects.toThrow(
      'killed',
    )
    await expect(
      advance({ ...engine, deliveryQueue: dying(engine.deliveryQueue, 'send', 1) }),
    ).rejects.toThrow('killed')
    await expect(advance({ ...engine, replays: dying(engine.replays, 'replace', 2) })).rejects.toThrow(
      'killed',
    )
    await advance()
    expect(await engine.replays.get(id)).toMatchObject({ matched: 20, queued: 20, examined: 20 })
    await engine.deliverDue()
    for (let passed = 0; passed < 5; passed++) {
      engine.advance(minute)
      await sweepDeliveries(engine)
      await engine.deliverDue()
    }
    expect(sent()).toEqual(ids)
  })

  it('leaves to the sweep what the queue refuses', async () => {
    const ids = await missed(4)
    const { id } = await start()
    let nth = 0
    await advance({ ...engine, deliveryQueue: refusing(engine.deliveryQueue, () => nth++ % 2 === 0) })
    await engine.deliverDue()
    engine.advance(3 * minute)
    await sweepDeliveries(engine)
    await engine.deliverDue()
    expect(sent()).toEqual(ids)
    expect(await engine.replays.get(id)).toMatchObject({ queued: 4 })
  })

  it('is left alone while someone else works on it, and taken over when that one is dead', async () => {
    const ids = await missed(3)
    const replay = await start()
    expect(await claimReplay(engine, replay)).toBeDefined()
    await advance()
    expect(engine.messages('delivery')).toEqual([])
    engine.advance(3 * minute)
    await advance()
    engine.advance(minute)
    await engine.deliverDue()
    expect(sent()).toEqual(ids)
  })

  it('ends when it is cancelled, also in the middle of a page, whose deliveries are counted', async () => {
    await missed(60)
    const { id } = await start()
    const record = engine.deliveries.record.bind(engine.deliveries)
    let calls = 0
    const deliveries = new Proxy(engine.deliveries, {
      get: (target, name) =>
        name === 'record'
          ? async (...args: Parameters<typeof record>) => {
              if (++calls === 5) await cancelReplay(engine, id)
              return record(...args)
            }
          : Reflect.get(target, name, target).bind(target),
    })
    await advance({ ...engine, deliveries })
    const cancelled = await engine.replays.get(id)
    expect(cancelled).toMatchObject({ status: 'cancelled', reason: null, queued: 30, lease: null })
    engine.advance(minute)
    await advance()
    expect(await engine.deliverDue()).toHaveLength(30)
    expect(await cancelReplay(engine, id)).toEqual(cancelled)
    const rest = await start()
    await advance(engine, minute)
    expect(await engine.replays.get(rest.id)).toMatchObject({ matched: 30, queued: 30 })
  })

  it('ends when the webhook is turned off, says so, and what was not sent is found by the next', async () => {
    const ids = await missed(60)
    const { id } = await start()
    await advance()
    await engine.webhooks.disable(webhook.id, 'gone', engine.now())
    engine.advance(minute)
    await advance()
    expect(await engine.deliverDue()).toEqual(Array.from({ length: 30 }, () => 'cancelled'))
    expect(await engine.replays.get(id)).toMatchObject({
      status: 'cancelled',
      queued: 30,
      reason: expect.stringContaining('turned off'),
    })
    await engine.webhooks.replace({ ...webhook, version: 3 }, 2)
    await start()
    await advance(engine, minute)
    engine.advance(minute)
    await engine.deliverDue()
    expect(sent()).toEqual(ids)
  })

  it('ends when the webhook is deleted', async () => {
    await missed(1)
    const { id } = await start()
    await engine.webhooks.remove(webhook.id, 1)
    await advance()
    expect(await engine.replays.get(id)).toMatchObject({
      status: 'cancelled',
      reason: 'The webhook was deleted.',
    })
    expect(engine.messages('delivery')).toEqual([])
    await expect(cancelReplay(engine, id)).rejects.toThrow(NotFound)
  })

  it('has a rest queued by the others when one fails, and fails so that it shows', async () => {
    await missed(1)
    await start()
    const other = await engine.addWebhook()
    await startReplay(engine, other.id, { ...wanted, include: 'all' })
    const webhooks = {
      get: async (id: string) => {
        if (id === webhook.id) throw new Error('the disk is full')
        return engine.webhooks.get(id)
      },
    }
    await expect(advance({ ...engine, webhooks })).rejects.toThrow('the disk is full')
    expect(engine.messages('delivery')).toHaveLength(1)
    await advance()
    expect(engine.messages('delivery')).toHaveLength(2)
  })

  it('is a count alone when it is a dry run, also while the webhook is off', async () => {
    await missed(450)
    await engine.webhooks.disable(webhook.id, 'gone', engine.now())
    expect(await start({ dryRun: true })).toMatchObject({
      status: 'finished',
      examined: 450,
      matched: 450,
      queued: 0,
    })
    expect(engine.messages('delivery')).toEqual([])
    await expect(start()).rejects.toThrow(`${webhook.id} is off, so nothing is sent to it. Enable it first`)
  })

  it('goes on in the background when a dry run takes longer than an answer may', async () => {
    await missed(450)
    let nowMs = engine.now()
    const slow = { ...engine, now: () => (nowMs += 3_000) }
    const replay = await startReplay(slow, webhook.id, { ...wanted, dryRun: true })
    expect(replay).toMatchObject({ status: 'running', lease: null })
    expect(replay.examined).toBeLessThan(450)
    await advance()
    expect(await engine.replays.get(replay.id)).toMatchObject({ status: 'finished', matched: 450 })
  })

  it('reaches back as far as events are kept, and no further than now', async () => {
    const replay = await start({ since: 0, until: builtAt + day })
    expect(replay).toMatchObject({ since: engine.now() - engine.retentionMs, until: engine.now() })
  })

  it('reaches back no further than the log of the webhook', async () => {
    await engine.webhooks.replace({ ...webhook, retentionMs: day, version: 2 }, 1)
    expect(await start({ since: 0, dryRun: true })).toMatchObject({ since: engine.now() - day })
  })

  it('is refused, in words that say why', async () => {
    const none = aWebhook()
    await expect(startReplay(engine, none.id, wanted)).rejects.toThrow(NotFound)
    await expect(start({ since: engine.now() + 1 })).rejects.toThrow('since: must be in the past.')
    await expect(start({ until: wanted.since - 1 })).rejects.toThrow('until: must not be before since.')
    await expect(start({ since: 0, until: 1 })).rejects.toThrow(InvalidInput)
    const { id } = await start()
    const second = start()
    await expect(second).rejects.toThrow(Conflict)
    await expect(second).rejects.toThrow(`POST /replays/${id}/cancel`)
  })
})
