import { afterEach, describe, expect, it } from 'vitest'
import { untroubled } from '../../functions/domain/breaker.ts'
import type { DeliveryMessage } from '../../functions/domain/messages.ts'
import type { Outcome } from '../../functions/domain/outcome.ts'
import type { Webhook } from '../../functions/domain/webhook.ts'
import { attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { redeliver } from '../../functions/use-cases/redeliver.ts'
import { sweepDeliveries } from '../../functions/use-cases/sweep-deliveries.ts'
import { answered, unanswered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

describe('attemptDelivery to a receiver that is down', () => {
  let engine: TestEngine
  let webhook: Webhook
  let answer: () => Outcome | Promise<Outcome>

  afterEach(() => engine.close())

  async function start(first: Outcome, defaultSchedule: readonly number[] = [0, 6 * hour]) {
    answer = () => first
    engine = await openTestEngine({ answer: () => answer(), defaultSchedule })
    webhook = await engine.addWebhook()
  }

  const send = async (over: Partial<DeliveryMessage> = {}) => {
    const message = await engine.firstAttempt(webhook, over)
    return { message, result: await attemptDelivery(engine, message, false) }
  }

  /** Sends one after the other; what became of each. */
  const sendMany = async (count: number) => {
    const results: string[] = []
    for (let nth = 0; nth < count; nth++) results.push((await send()).result)
    return results
  }

  it.each([
    ['ten failures', 10, unanswered()],
    ['ten answers 503', 10, answered(503)],
    ['three time-outs', 3, unanswered('timeout')],
  ])('puts attempts off after %s, without using them up', async (_, count, outcome) => {
    await start(outcome)
    expect(await sendMany(count)).toEqual(Array.from({ length: count }, () => 'attempted'))
    const openedAt = engine.now()
    engine.advance(second)
    const { message, result } = await send()
    expect(result).toBe('deferred')
    expect(engine.requests).toHaveLength(count)
    const until = openedAt + second + 12_500
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({
      status: 'pending',
      attempts: 0,
      errored: false,
      nextAttemptAt: until,
      lastError: `Put off: the receiver has failed or not answered since ${new Date(openedAt).toISOString()}. It is being probed.`,
    })
    expect(engine.messages('delivery')).toMatchObject([{ dueAt: until, body: { attempt: 1, deferrals: 1 } }])
    expect(engine.sweepAtOf(message.delivery_id)).toBe(until + 2 * minute)
  })

  it('goes on with a receiver that fails a third of what comes at once', async () => {
    await start(answered(500))
    let nth = 0
    answer = () => answered(nth++ % 3 === 0 ? 500 : 200)
    const messages = await Promise.all(Array.from({ length: 60 }, () => engine.firstAttempt(webhook)))
    await Promise.all(messages.map((message) => attemptDelivery(engine, message, false)))
    expect(await engine.breakers.get(webhook.id)).toEqual(untroubled)
  })

  it.each([404, 401, 302])('goes on with a receiver that answers %d', async (status) => {
    await start(answered(status))
    expect(new Set(await sendMany(30))).toEqual(new Set(['attempted']))
  })

  it('begins to count anew after a success', async () => {
    await start(answered(500))
    await sendMany(9)
    answer = () => answered(200)
    await sendMany(1)
    answer = () => answered(500)
    expect(new Set(await sendMany(9))).toEqual(new Set(['attempted']))
  })

  it('lets one of all that are due probe, and the others go once it has succeeded', async () => {
    await start(answered(500))
    await sendMany(10)
    await sendMany(50)
    engine.advance(15 * second)
    const waiting: (() => void)[] = []
    answer = () => new Promise((resolve) => waiting.push(() => resolve(answered(200))))
    const handled = engine.deliverDue()
    await expect.poll(() => waiting.length).toBe(1)
    await expect.poll(() => engine.messages('delivery').length).toBe(49)
    expect(engine.requests).toHaveLength(11)
    answer = () => answered(200)
    waiting[0]?.()
    expect((await handled).filter((result) => result === 'attempted')).toHaveLength(1)
    expect(await engine.breakers.get(webhook.id)).toMatchObject({ kind: 'closed' })
    engine.advance(30 * second)
    expect(new Set(await engine.deliverDue())).toEqual(new Set(['attempted']))
    expect(engine.requests).toHaveLength(60)
  })

  it('uses up the attempt that probes in vain, and that one only', async () => {
    await start(answered(500))
    await sendMany(10)
    engine.advance(10 * second)
    const probe = await send()
    expect(probe.result).toBe('attempted')
    expect(await engine.deliveries.find(probe.message.delivery_id)).toMatchObject({
      status: 'retrying',
      attempts: 1,
    })
    expect(await engine.breakers.get(webhook.id)).toMatchObject({
      probe: null,
      probeAt: engine.now() + 20 * second,
    })
    expect((await send()).result).toBe('deferred')
  })

  it('takes up a probe again whose process died before it was logged', async () => {
    await start(answered(500))
    await sendMany(10)
    engine.advance(10 * second)
    const message = await engine.firstAttempt(webhook)
    const dying = { ...engine, sender: { send: () => Promise.reject(new Error('The process died.')) } }
    await expect(attemptDelivery(dying, message, false)).rejects.toThrow('died')
    expect((await send()).result).toBe('deferred')
    answer = () => answered(200)
    expect(await attemptDelivery(engine, message, true)).toBe('attempted')
    expect(await engine.breakers.get(webhook.id)).toMatchObject({ kind: 'closed' })
  })

  it.each([
    [200, { kind: 'closed' }],
    [500, { kind: 'open', probe: null, waitMs: 20_000 }],
  ])('learns of a probe answered %d whose process died once it was logged', async (status, breaker) => {
    await start(answered(500))
    await sendMany(10)
    engine.advance(10 * second)
    const message = await engine.firstAttempt(webhook)
    answer = () => answered(status)
    const broken = engine.breakTable('breakers', { when: 'new.version > 2' })
    await expect(attemptDelivery(engine, message, false)).rejects.toThrow()
    broken()
    expect(await engine.breakers.get(webhook.id)).toMatchObject({
      probe: { attemptId: `${message.delivery_id}/1` },
    })
    expect(await attemptDelivery(engine, message, true)).toBe('skipped')
    expect(await engine.breakers.get(webhook.id)).toMatchObject(breaker)
    expect(engine.requests).toHaveLength(11)
  })

  it('sends tests, and what an admin sends again, at once; a success closes it', async () => {
    await start(answered(500))
    const failed = (await send()).message
    await sendMany(9)
    expect((await send({ trigger: 'test' })).result).toBe('attempted')
    answer = () => answered(200)
    await redeliver(engine, failed.delivery_id)
    expect(await engine.deliverDue()).toEqual(['attempted'])
    expect(await engine.breakers.get(webhook.id)).toMatchObject({ kind: 'closed' })
  })

  it('fails an attempt unsent that was put off for two hours, so that the schedule goes on to its end', async () => {
    await start(answered(500), [0, minute])
    await sendMany(10)
    const { message } = await send()
    for (let step = 0; step < 60; step++) {
      engine.advance(5 * minute)
      await sweepDeliveries(engine)
      // Somebody else always probes.
      const current = await engine.breakers.get(webhook.id)
      if (current.kind !== 'open') throw new Error('It is not open.')
      const probe = { attemptId: 'another', at: engine.now() }
      await engine.breakers.replace(webhook.id, { ...current, version: current.version + 1, probe })
      await engine.deliverDue()
    }
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({
      status: 'exhausted',
      attempts: 2,
    })
    const attempts = await engine.deliveryLog.attempts(message.delivery_id)
    expect(attempts.map(({ response }) => response)).toEqual([null, null])
    expect(attempts[0]?.error).toMatch(/^Not sent: the receiver has failed or not answered since 2026-/)
    expect(attempts.map(({ sentAt }) => sentAt - engine.now() + 60 * 5 * minute)).toEqual([
      expect.closeTo(2 * hour, -6),
      expect.closeTo(4 * hour, -6),
    ])
  })

  it('keeps one webhook from holding up another', async () => {
    await start(unanswered('timeout'))
    await sendMany(3)
    answer = () => answered(200)
    const other = await engine.addWebhook()
    expect(await attemptDelivery(engine, await engine.firstAttempt(other), false)).toBe('attempted')
  })
})

describe('attemptDelivery to a receiver that is slow, where the queue does not bound what is under way', () => {
  it('goes at a pace as soon as one request is not answered in time', async () => {
    const waiting: (() => void)[] = []
    const engine = await openTestEngine({
      answer: () => new Promise((resolve) => waiting.push(() => resolve(answered(200)))),
      slowness: { afterMs: 5, crowdAfterMs: 5, mostInFlight: 32 },
    })
    const webhook = await engine.addWebhook()
    const first = attemptDelivery(engine, await engine.firstAttempt(webhook), false)
    await expect.poll(() => engine.breakers.get(webhook.id)).toMatchObject({ kind: 'slow', perSecond: 2 })
    const more = await Promise.all(
      Array.from({ length: 100 }, async () => ({ ...(await engine.firstAttempt(webhook)) })),
    )
    const handled = more.map((message) => attemptDelivery(engine, message, false))
    await expect.poll(() => engine.messages('delivery').length).toBe(99)
    // One went at once; twenty have a place within ten seconds, and the others ask again later.
    expect(engine.requests).toHaveLength(2)
    const due = engine.messages('delivery').map(({ dueAt }) => dueAt - engine.now())
    expect(due.filter((ms) => ms <= 10_000)).toEqual(Array.from({ length: 20 }, (_, nth) => (nth + 1) * 500))
    expect(Math.min(...due.slice(20))).toBe(35_000)
    for (const release of waiting) release()
    await Promise.all([first, ...handled])
    await engine.close()
  })
})
