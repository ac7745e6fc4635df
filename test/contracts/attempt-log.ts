import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../functions/domain/delivery.ts'
import { aDelivery, anAttempt, aWebhook, builtAt } from '../support/builders.ts'
import type { DeliveryLogPorts } from './delivery-log.ts'
import { type Open, perTest, retentionMs } from './harness.ts'

const hour = 3_600_000

/** What every log keeps of single attempts, and counts of them. */
export function attemptLogContract(name: string, open: Open<DeliveryLogPorts>): void {
  describe(`the log of attempts of ${name}`, () => {
    const given = perTest(open)
    const failed = (over: Partial<Attempt> = {}) =>
      anAttempt({ response: null, error: 'The connection was refused.', ...over })

    it.each<[string, Attempt]>([
      ['without an answer', failed({ durationMs: 0 })],
      [
        'with an answer cut off',
        anAttempt({
          response: {
            status: 500,
            headers: { 'content-type': 'text/plain', 'set-cookie': 'a=1, b=2' },
            body: '"naïve" 🌍\u0000'.repeat(1_000),
            bodyEncoding: 'utf8',
            truncated: true,
          },
          error: 'The receiver answered 500.',
        }),
      ],
      [
        'with an answer that is no text',
        anAttempt({
          response: { status: 204, headers: {}, body: '/wA=', bodyEncoding: 'base64', truncated: false },
        }),
      ],
    ])('shows an attempt %s as it was', async (_, attempt) => {
      const { deliveries, log } = given()
      const delivery = aDelivery({ status: 'delivered', attempts: 1 })
      await deliveries.record({ delivery, attempt, sweepAt: null })
      expect(await log.attempts(delivery.id)).toEqual([attempt])
    })

    it('shows the attempts of one delivery, oldest first', async () => {
      const { deliveries, log } = given()
      const delivery = aDelivery()
      const attempts = Array.from({ length: 12 }, (_, index) =>
        failed({ number: index + 1, sentAt: builtAt + index * hour }),
      )
      for (const attempt of attempts) {
        const state = { ...delivery, status: 'retrying', attempts: attempt.number, errored: true } as const
        await deliveries.record({ delivery: state, attempt, sweepAt: builtAt })
      }
      await deliveries.record({ delivery: aDelivery(), attempt: anAttempt(), sweepAt: null })
      expect(await log.attempts(delivery.id)).toEqual(attempts)
      expect(await log.attempts(aDelivery().id)).toEqual([])
    })

    it('keeps the attempt of a state that comes too late, beside the one with its number', async () => {
      const { deliveries, log } = given()
      const delivery = aDelivery()
      const first = anAttempt({ sentAt: builtAt })
      const late = failed({ sentAt: builtAt + 1 })
      await deliveries.record({
        delivery: { ...delivery, status: 'delivered', attempts: 1 },
        attempt: first,
        sweepAt: null,
      })
      await deliveries.record({
        delivery: { ...delivery, status: 'retrying', attempts: 1 },
        attempt: late,
        sweepAt: builtAt,
      })
      expect(await log.attempts(delivery.id)).toEqual([first, late])
      expect((await log.get(delivery.id))?.status).toBe('delivered')
    })

    it('counts the requests to each webhook, and those that failed', async () => {
      const { deliveries, log } = given()
      const [one, other] = [aWebhook().id, aWebhook().id]
      const send = (webhookId: string, attempt: Attempt) =>
        deliveries.record({ delivery: aDelivery({ webhookId }), attempt, sweepAt: null })
      await Promise.all([
        send(one, anAttempt()),
        send(one, failed()),
        send(one, anAttempt()),
        send(one, failed({ sentAt: builtAt + 2 * hour })),
        send(other, anAttempt()),
      ])
      await deliveries.record({ delivery: aDelivery({ webhookId: one, status: 'cancelled' }), sweepAt: null })
      expect(await log.stats(one)).toEqual({ total: 4, errored: 2 })
      expect(await log.stats(other)).toEqual({ total: 1, errored: 0 })
      expect(await log.stats(aWebhook().id)).toEqual({ total: 0, errored: 0 })
    })

    it('counts them by the hour, from the hour of a time on', async () => {
      const { deliveries, log } = given()
      const [one, other] = [aWebhook().id, aWebhook().id]
      const send = (webhookId: string, attempt: Attempt) =>
        deliveries.record({ delivery: aDelivery({ webhookId }), attempt, sweepAt: null })
      const later = { sentAt: builtAt + 2 * hour }
      for (const attempt of [anAttempt(), failed(), anAttempt(later), anAttempt(later), failed(later)])
        await send(one, attempt)
      await send(other, failed())
      const startsAt = Math.floor(builtAt / hour) * hour
      const hours = async (webhookId: string, from: number) =>
        (await log.hours(webhookId, from)).toSorted((a, b) => a.startsAt - b.startsAt)
      const last = { startsAt: startsAt + 2 * hour, total: 3, errored: 1 }
      expect(await hours(one, 0)).toEqual([{ startsAt, total: 2, errored: 1 }, last])
      expect(await hours(one, startsAt)).toHaveLength(2)
      expect(await hours(one, startsAt + hour - 1)).toHaveLength(2)
      expect(await hours(one, startsAt + hour)).toEqual([last])
      expect(await hours(other, 0)).toEqual([{ startsAt, total: 1, errored: 1 }])
      expect(await hours(aWebhook().id, 0)).toEqual([])
    })

    it('stops counting a request once it has expired, to the hour', async () => {
      const { deliveries, log, clock } = given()
      const { id: webhookId } = aWebhook()
      for (const attempt of [failed(), anAttempt({ sentAt: builtAt + 2 * hour })])
        await deliveries.record({ delivery: aDelivery({ webhookId }), attempt, sweepAt: null })
      await clock.advance(retentionMs - hour)
      expect(await log.stats(webhookId)).toEqual({ total: 2, errored: 1 })
      await clock.advance(2 * hour)
      expect(await log.stats(webhookId)).toEqual({ total: 1, errored: 0 })
      expect(await log.hours(webhookId, 0)).toMatchObject([{ total: 1, errored: 0 }])
    })
  })
}
