import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../functions/domain/delivery.ts'
import type { DeliveryLog } from '../../functions/use-cases/attempt-delivery.ts'
import type { AuditEvents } from '../../functions/use-cases/audit-events.ts'
import type { SweepDeliveries } from '../../functions/use-cases/sweep-deliveries.ts'
import { aDelivery, anAttempt, builtAt } from '../support/builders.ts'
import { seededRandom } from '../support/random.ts'
import { idsOf, type Open, perTest, retentionMs } from './harness.ts'

export interface DeliveryRecordsPorts {
  readonly deliveries: DeliveryLog & SweepDeliveries['deliveries'] & AuditEvents['deliveries']
}

type State = Partial<Delivery>

const minute = 60_000
const pending: State = { status: 'pending', attempts: 0, nextAttemptAt: builtAt }
const retrying = (attempts: number, nextAttemptAt = builtAt + minute): State => ({
  status: 'retrying',
  attempts,
  nextAttemptAt,
  updatedAt: builtAt + attempts,
  lastStatus: 503,
  lastDurationMs: 40 + attempts,
  lastError: `The receiver answered 503 to attempt ${attempts}.`,
  errored: true,
})
const delivered = (attempts: number): State => ({
  status: 'delivered',
  attempts,
  nextAttemptAt: null,
  updatedAt: builtAt + attempts,
  lastStatus: 200,
  lastDurationMs: 20 + attempts,
  lastError: null,
  errored: attempts > 1,
})
const exhausted = (attempts: number): State => ({
  ...retrying(attempts),
  status: 'exhausted',
  nextAttemptAt: null,
})
const cancelled = (attempts: number): State => ({
  ...(attempts === 0 ? {} : retrying(attempts)),
  status: 'cancelled',
  attempts,
  nextAttemptAt: null,
  lastError: 'The webhook was off when this was due.',
})

/** What every log of deliveries does while they are under way: their states only move on, and none is forgotten. */
export function deliveryRecordsContract(name: string, open: Open<DeliveryRecordsPorts>): void {
  describe(`the records of deliveries of ${name}`, () => {
    const given = perTest(open)

    it('finds a delivery with all that was recorded of it', async () => {
      const { deliveries } = given()
      const first = aDelivery({ ...retrying(3), lastError: 'naïve "words"' })
      const again = aDelivery({ trigger: 'redelivery', ...delivered(1) })
      await deliveries.record({ delivery: first, attempt: anAttempt(), sweepAt: builtAt })
      await deliveries.record({ delivery: again, sweepAt: null })
      expect(await deliveries.find(first.id)).toEqual(first)
      expect(await deliveries.find(again.id)).toEqual(again)
      expect(await deliveries.find(aDelivery().id)).toBeUndefined()
    })

    it('tells which of many deliveries are recorded', async () => {
      const { deliveries } = given()
      const recorded = Array.from({ length: 120 }, () => aDelivery())
      for (const delivery of recorded) await deliveries.record({ delivery, sweepAt: null })
      const ids = [...recorded, aDelivery(), aDelivery()].map(({ id }) => id)
      expect(await deliveries.recorded(ids)).toEqual(new Set(recorded.map(({ id }) => id)))
      expect(await deliveries.recorded([])).toEqual(new Set())
    })

    it('has every delivery that is due looked at, whenever that is', async () => {
      const { deliveries } = given()
      const random = seededRandom(9)
      const waiting = Array.from({ length: 80 }, () => Math.floor(random() * 10 * minute)).map((later) => ({
        delivery: aDelivery({ ...retrying(1), createdAt: builtAt - later }),
        sweepAt: builtAt + later,
      }))
      for (const entry of waiting) await deliveries.record(entry)
      const now = builtAt + 5 * minute
      const due = waiting.filter(({ sweepAt }) => sweepAt <= now).map(({ delivery }) => delivery.id)
      expect(idsOf(await deliveries.due(now, 100)).sort()).toEqual(due.sort())
    })

    it('finds a delivery that is under way however old it is', async () => {
      const { deliveries, clock } = given()
      const delivery = aDelivery(retrying(9))
      await deliveries.record({ delivery, sweepAt: builtAt })
      await clock.advance(2 * retentionMs)
      expect(await deliveries.find(delivery.id)).toEqual(delivery)
      expect(idsOf(await deliveries.due(clock.now(), 10))).toEqual([delivery.id])
    })

    it.each<[string, State, State]>([
      ['a pending one by a first failure', pending, retrying(1)],
      ['a pending one by its cancellation', pending, cancelled(0)],
      ['a retrying one by the next failure', retrying(1), retrying(2)],
      ['a retrying one by a failure much later', retrying(1), retrying(9)],
      ['a retrying one by the success of the next attempt', retrying(1), delivered(2)],
      ['a retrying one by the success of the same attempt made twice', retrying(1), delivered(1)],
      ['a retrying one by its last failure', retrying(1), exhausted(2)],
      ['a retrying one by its cancellation', retrying(1), cancelled(1)],
      [
        'a retrying one by a time of its next attempt that was moved by hand',
        retrying(1),
        retrying(1, builtAt),
      ],
    ])('replaces %s', async (_, before, after) => {
      const { deliveries } = given()
      const delivery = aDelivery()
      await deliveries.record({ delivery: { ...delivery, ...before }, sweepAt: builtAt })
      await deliveries.record({ delivery: { ...delivery, ...after }, sweepAt: null })
      expect(await deliveries.find(delivery.id)).toEqual({ ...delivery, ...after })
      expect(await deliveries.due(builtAt, 10)).toEqual([])
    })

    it.each<[string, State, State]>([
      ['a retrying one by an earlier failure', retrying(2), retrying(1)],
      ['a retrying one by an earlier success', retrying(2), delivered(1)],
      ['a retrying one by its beginning', retrying(1), pending],
      ['a delivered one by a failure of the same attempt', delivered(1), retrying(1)],
      ['a delivered one by a later failure', delivered(1), retrying(2)],
      ['a delivered one by its cancellation', delivered(1), cancelled(1)],
      ['an exhausted one by a success', exhausted(3), delivered(3)],
      ['an exhausted one by a later failure', exhausted(3), retrying(4)],
      ['a cancelled one by a failure that comes late', cancelled(1), retrying(2)],
      ['a cancelled one by a success that comes late', cancelled(0), delivered(1)],
    ])('never replaces %s', async (_, stored, late) => {
      const { deliveries } = given()
      const delivery = aDelivery()
      await deliveries.record({ delivery: { ...delivery, ...stored }, sweepAt: null })
      await deliveries.record({ delivery: { ...delivery, ...late }, sweepAt: builtAt })
      expect(await deliveries.find(delivery.id)).toEqual({ ...delivery, ...stored })
      expect(await deliveries.due(builtAt, 10)).toEqual([])
    })

    it('ends up delivered when a success and a failure of one attempt are recorded at once', async () => {
      const { deliveries } = given()
      const [one, other] = [aDelivery(), aDelivery()]
      await Promise.all([
        deliveries.record({ delivery: { ...one, ...delivered(1) }, sweepAt: null }),
        deliveries.record({ delivery: { ...one, ...retrying(1) }, sweepAt: builtAt }),
        deliveries.record({ delivery: { ...other, ...retrying(1) }, sweepAt: builtAt }),
        deliveries.record({ delivery: { ...other, ...delivered(1) }, sweepAt: null }),
      ])
      expect((await deliveries.find(one.id))?.status).toBe('delivered')
      expect((await deliveries.find(other.id))?.status).toBe('delivered')
    })

    it('hands out what is due, the longest overdue first, and no more than asked for', async () => {
      const { deliveries } = given()
      const at = [30, -10, 0, 1, -20]
      const all = at.map(() => aDelivery(retrying(1)))
      for (const [index, delivery] of all.entries())
        await deliveries.record({ delivery, sweepAt: builtAt + (at[index] ?? 0) })
      await deliveries.record({ delivery: aDelivery(delivered(1)), sweepAt: null })
      const due = [all[4], all[1], all[2]]
      expect(await deliveries.due(builtAt, 10)).toEqual(due)
      expect(await deliveries.due(builtAt, 2)).toEqual(due.slice(0, 2))
      expect(await deliveries.due(builtAt - 21, 10)).toEqual([])
      expect(await deliveries.due(builtAt + 30, 10)).toHaveLength(5)
    })

    it('looks at a delivery again when it was told to', async () => {
      const { deliveries } = given()
      const delivery = aDelivery(retrying(1))
      await deliveries.record({ delivery, sweepAt: builtAt })
      await deliveries.setSweepAt(delivery.id, builtAt + minute)
      expect(await deliveries.due(builtAt + minute - 1, 10)).toEqual([])
      expect(await deliveries.due(builtAt + minute, 10)).toEqual([delivery])
    })

    it('never looks again at a delivery that ended meanwhile, or is not there', async () => {
      const { deliveries } = given()
      const delivery = aDelivery()
      await deliveries.record({ delivery: { ...delivery, ...retrying(1) }, sweepAt: builtAt })
      await deliveries.record({ delivery: { ...delivery, ...delivered(2) }, sweepAt: null })
      await deliveries.setSweepAt(delivery.id, builtAt)
      await deliveries.setSweepAt(aDelivery().id, builtAt)
      expect(await deliveries.due(builtAt + minute, 10)).toEqual([])
    })
  })
}
