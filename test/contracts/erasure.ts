import { describe, expect, it } from 'vitest'
import type { AdminDeps } from '../../functions/api/admin-deps.ts'
import type { Attempt, Delivery } from '../../functions/domain/delivery.ts'
import { deliveryId } from '../../functions/domain/ids.ts'
import type { EventStore } from '../../functions/use-cases/accept-events.ts'
import type { DeliveryLog } from '../../functions/use-cases/attempt-delivery.ts'
import { type EraseEvent, type Erasure, eraseEvent } from '../../functions/use-cases/erase-event.ts'
import type { FanOutEvents } from '../../functions/use-cases/fan-out-events.ts'
import { aDelivery, anAttempt, anEvent, aWebhook, builtAt } from '../support/builders.ts'
import { type Open, perTest, retentionMs } from './harness.ts'

export interface ErasurePorts {
  readonly erasure: Erasure
  readonly events: EventStore & AdminDeps['events'] & FanOutEvents['events']
  readonly deliveries: DeliveryLog
  readonly log: AdminDeps['log']
}

const secret = 'what nobody may read any more'
const response = {
  status: 503,
  headers: { 'x-secret': secret },
  body: secret,
  bodyEncoding: 'utf8' as const,
  truncated: true,
}
const gone = { status: 503, headers: {}, body: '', bodyEncoding: 'utf8', truncated: false }
const failed = { status: 'retrying', attempts: 1, lastStatus: 503, errored: true } as const
const erasedAt = builtAt + 60_000

/** What every store does for an erasure, step by step and as a whole. */
export function erasureContract(name: string, open: Open<ErasurePorts>): void {
  describe(`the erasure of ${name}`, () => {
    const given = perTest(open)
    const storeEvent = async (payload = `{"text":"${secret}"}`) => {
      const event = anEvent({ payload: Buffer.from(payload) })
      await given().events.store([{ event }])
      return event
    }
    const answered = (number: number, over: Partial<Attempt> = {}) =>
      anAttempt({ number, sentAt: builtAt + number, response, error: 'The receiver answered 503.', ...over })
    const recordAttempt = (delivery: Delivery, attempt: Attempt) =>
      given().deliveries.record({ delivery, attempt, sweepAt: null })
    const deps = (over: Partial<EraseEvent> = {}): EraseEvent => ({
      ...given(),
      webhooks: { get: async (id) => aWebhook({ id }) },
      subscriptions: { subscribedTo: async () => [] },
      now: () => erasedAt,
      ...over,
    })

    it.each([
      ['small', `{"text":"${secret}"}`],
      ['large', JSON.stringify(Array.from({ length: 9_000 }, (_, nth) => `${secret} ${nth * 7_919}`))],
    ])(
      'hides a %s payload from when it begins, and keeps what else is known of the event',
      async (_, text) => {
        const { events, erasure } = given()
        const event = await storeEvent(text)
        const other = await storeEvent()
        const shown = await events.get(event.id)
        await erasure.begin(event.id, erasedAt)
        await erasure.begin(event.id, erasedAt + 1)
        for (const step of [async () => {}, () => erasure.removePayload(event.id)]) {
          await step()
          expect(await events.payload(event.id)).toBeUndefined()
          expect(await events.get(event.id)).toEqual({ ...shown, erasedAt })
          expect((await events.list({ limit: 9 })).items).toContainEqual({ ...shown, erasedAt })
        }
        expect(await events.erased([event.id, other.id, anEvent().id])).toEqual(new Set([event.id]))
        expect(await events.payload(other.id)).toBeDefined()
        expect((await events.get(other.id))?.erasedAt).toBeNull()
      },
    )

    it.each([
      ['small', ''],
      ['large', JSON.stringify(Array.from({ length: 9_000 }, (_, nth) => nth * 7_919))],
    ])('forgets which batch changes a %s payload named, from when it begins', async (_, text) => {
      const { events, erasure } = given()
      const event = await storeEvent(JSON.stringify({ batch_change_ids: [secret], text }))
      const found = () => events.list({ batchChangeId: secret, limit: 9 })
      expect((await found()).items).toMatchObject([{ id: event.id, batchChangeIds: [secret] }])
      await erasure.begin(event.id, erasedAt)
      for (const step of [async () => {}, () => erasure.removePayload(event.id)]) {
        await step()
        expect((await found()).items).toEqual([])
        expect((await events.get(event.id))?.batchChangeIds).toEqual([])
      }
    })

    it('begins nothing of an event that is not there', async () => {
      const { events, erasure } = given()
      const { id } = anEvent()
      await erasure.begin(id, erasedAt)
      await erasure.removePayload(id)
      expect(await events.get(id)).toBeUndefined()
      expect(await events.erased([id])).toEqual(new Set())
      await expect(eraseEvent(deps(), id)).rejects.toThrow(`There is no event ${id}`)
    })

    it('is known for a repeat of the event, which brings nothing back', async () => {
      const { events } = given()
      const [event, repeat] = [anEvent(), anEvent()]
      const key = { key: 'k', windowMs: 86_400_000, bodyHash: 'h' }
      await events.store([{ event, key }])
      await eraseEvent(deps(), event.id)
      const again = { ...repeat, origin: event.origin }
      expect(await events.store([{ event: again, key }])).toEqual([
        { kind: 'duplicate', eventId: event.id, fannedOut: true },
      ])
      expect(await events.payload(event.id)).toBeUndefined()
      expect(await events.get(again.id)).toBeUndefined()
    })

    it('cancels what is under way, and takes the responses out of all attempts, wherever they stand', async () => {
      const { events, log, deliveries } = given()
      const event = await storeEvent()
      const [open, over, waiting] = [aWebhook(), aWebhook(), aWebhook()]
      const of = (webhookId: string, more: Partial<Delivery>) =>
        aDelivery({ eventId: event.id, webhookId, ...more })
      const retried = of(open.id, failed)
      const delivered = of(over.id, { status: 'delivered', attempts: 1, lastStatus: 200 })
      const again = of(over.id, { trigger: 'redelivery', ...failed, createdAt: builtAt + 5 })
      const webhookIds = [open.id, over.id, waiting.id]
      await events.recordFanOut(event.id, { at: builtAt, webhookIds, missedBy: [] })
      await recordAttempt(retried, answered(1))
      await recordAttempt({ ...retried, attempts: 2 }, answered(2))
      await recordAttempt(delivered, answered(1, { response: { ...response, status: 200 }, error: null }))
      await recordAttempt(again, answered(1, { response: { ...response, body: secret.repeat(500) } }))
      for (let times = 0; times < 2; times++) {
        await eraseEvent(deps(), event.id)
        expect(await log.get(retried.id)).toMatchObject({
          ...{ status: 'cancelled', attempts: 2, lastStatus: 503, lastError: 'The payload was erased.' },
          ...{ nextAttemptAt: null, errored: true, erasedAt },
        })
        expect(await log.get(again.id)).toMatchObject({ status: 'cancelled', attempts: 1, erasedAt })
        expect(await log.get(delivered.id)).toEqual({ ...delivered, erasedAt })
        const first = deliveryId({ eventId: event.id, webhookId: waiting.id })
        expect(await log.get(first)).toMatchObject({ status: 'cancelled', attempts: 0, erasedAt })
        expect((await log.attempts(retried.id)).map((attempt) => attempt.response)).toEqual([gone, gone])
        expect(await log.attempts(delivered.id)).toEqual([
          answered(1, { response: { ...gone, status: 200, bodyEncoding: 'utf8' }, error: null }),
        ])
        expect((await log.attempts(again.id)).map((attempt) => attempt.response)).toEqual([gone])
        const shown = await log.ofWebhook({ webhookId: open.id, limit: 9 })
        expect(shown.items).toMatchObject([{ id: retried.id, erasedAt }])
      }
      // Neither a retry nor an audit that was under way brings it to life again.
      await deliveries.record({ delivery: { ...retried, attempts: 3 }, sweepAt: builtAt })
      expect((await log.get(retried.id))?.status).toBe('cancelled')
    })

    it.each([
      ['the first', 1, secret],
      ['the second', 2, secret],
      ['the first, with a long answer,', 1, secret.repeat(500)],
    ])('keeps no response of an attempt that was under way: %s', async (_, number, body) => {
      const { events, log } = given()
      const event = await storeEvent()
      const webhook = aWebhook()
      const delivery = aDelivery({ eventId: event.id, webhookId: webhook.id })
      await events.recordFanOut(event.id, { at: builtAt, webhookIds: [webhook.id], missedBy: [] })
      if (number === 2) await recordAttempt({ ...delivery, ...failed }, answered(1))
      await eraseEvent(deps(), event.id)
      const late = answered(number, { response: { ...response, body } })
      await recordAttempt({ ...delivery, ...failed, attempts: number }, late)
      const attempts = await log.attempts(delivery.id)
      expect(attempts).toHaveLength(number)
      expect(attempts.at(-1)).toEqual({ ...late, response: gone })
      expect((await log.get(delivery.id))?.status).toBe('cancelled')
    })

    it('ends the deliveries that fan-out would have made, by the scopes of their webhooks', async () => {
      const { log, events } = given()
      const event = await storeEvent('{"namespace_id":"TmFtZXNwYWNl"}')
      const [all, meant, other, off] = [
        aWebhook(),
        aWebhook({ scope: { namespaceIds: ['TmFtZXNwYWNl'] } }),
        aWebhook({ scope: { namespaceIds: ['another'] } }),
        aWebhook({ enabled: false }),
      ]
      const subscriptions = { subscribedTo: async () => [all, meant, other, off] }
      await eraseEvent(deps({ subscriptions }), event.id)
      const idOf = (webhookId: string) => deliveryId({ eventId: event.id, webhookId })
      for (const { id } of [all, meant])
        expect(await log.get(idOf(id))).toMatchObject({ status: 'cancelled', erasedAt })
      for (const { id } of [other, off]) expect(await log.get(idOf(id))).toBeUndefined()
      const fanOut = { at: erasedAt, webhookIds: [all.id, meant.id], missedBy: [off.id] }
      expect((await events.get(event.id))?.fanOut).toEqual(fanOut)
    })

    it('makes no log for a webhook that is gone', async () => {
      const { log, events } = given()
      const event = await storeEvent()
      const { id: webhookId } = aWebhook()
      await events.recordFanOut(event.id, { at: builtAt, webhookIds: [webhookId], missedBy: [] })
      await eraseEvent(deps({ webhooks: { get: async () => undefined } }), event.id)
      expect(await log.get(deliveryId({ eventId: event.id, webhookId }))).toBeUndefined()
    })

    it('finds redeliveries that are younger than the event, and hides them when they expire', async () => {
      const { log, clock } = given()
      const event = await storeEvent()
      await clock.advance(retentionMs - 1_000)
      const young = aDelivery({ eventId: event.id, trigger: 'redelivery', createdAt: clock.now() })
      await recordAttempt({ ...young, ...failed }, answered(1))
      await eraseEvent(deps({ now: clock.now }), event.id)
      const at = clock.now()
      await clock.advance(2_000)
      expect(await log.get(young.id)).toMatchObject({ erasedAt: at })
      expect((await log.attempts(young.id)).map((attempt) => attempt.response)).toEqual([gone])
      await clock.advance(retentionMs)
      expect(await log.get(young.id)).toBeUndefined()
    })
  })
}
