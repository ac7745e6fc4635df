import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AdminDeps } from '../../functions/api/admin-deps.ts'
import type { Delivery, DeliveryStatus } from '../../functions/domain/delivery.ts'
import type { FanOut } from '../../functions/domain/event.ts'
import type { DeliveryLog } from '../../functions/use-cases/attempt-delivery.ts'
import type { DeliveryFilter } from '../../functions/use-cases/log-queries.ts'
import { aDelivery, anEvent, aWebhook, builtAt } from '../support/builders.ts'
import { idsOf, type Open, perTest, readAll, retentionMs } from './harness.ts'

export interface DeliveryLogPorts {
  readonly deliveries: DeliveryLog
  readonly log: AdminDeps['log']
  /** Given where the log finds an event's deliveries by what its fan-out recorded. */
  readonly events?: { recordFanOut(eventId: string, fanOut: FanOut): Promise<boolean> }
}

const statuses: readonly DeliveryStatus[] = ['pending', 'retrying', 'delivered', 'exhausted', 'cancelled']

/** A delivery as it may stand in the log: whatever is retried or given up has failed, others may have. */
const someDelivery = fc.record({
  age: fc.nat({ max: 6 }),
  status: fc.constantFrom(...statuses),
  eventType: fc.constantFrom('a:b', 'a:c'),
  hasFailed: fc.boolean(),
})

const someFilter = fc.record(
  {
    statuses: fc.subarray([...statuses], { minLength: 1 }),
    eventType: fc.constantFrom('a:b', 'a:c', 'a'),
    erroredOnly: fc.boolean(),
    from: fc.integer({ min: builtAt - 7, max: builtAt + 1 }),
    to: fc.integer({ min: builtAt - 7, max: builtAt + 1 }),
  },
  { requiredKeys: [] },
)

function isWanted(delivery: Delivery, filter: Omit<DeliveryFilter, 'webhookId' | 'limit'>): boolean {
  return (
    (filter.statuses?.includes(delivery.status) ?? true) &&
    (filter.eventType ?? delivery.eventType) === delivery.eventType &&
    (filter.erroredOnly !== true || delivery.errored) &&
    delivery.createdAt >= (filter.from ?? 0) &&
    delivery.createdAt <= (filter.to ?? Number.POSITIVE_INFINITY)
  )
}

/** Newest first; of those of one millisecond, the greater id first. */
function inLogOrder(deliveries: readonly Delivery[]): Delivery[] {
  return deliveries.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
}

/** What every log of deliveries shows to people. */
export function deliveryLogContract(name: string, open: Open<DeliveryLogPorts>): void {
  describe(`the log of deliveries of ${name}`, () => {
    const given = perTest(open)
    const record = async (all: readonly Delivery[]) => {
      await Promise.all(all.map((delivery) => given().deliveries.record({ delivery, sweepAt: null })))
      return all
    }

    it("shows a webhook's deliveries once each, newest first, whatever the filter and the page", async () => {
      const property = fc.asyncProperty(
        fc.array(someDelivery, { maxLength: 25 }),
        someFilter,
        fc.integer({ min: 1, max: 9 }),
        async (shapes, filter, limit) => {
          const { id: webhookId } = aWebhook()
          const all = shapes.map(({ age, status, eventType, hasFailed }) => {
            const errored = hasFailed || status === 'retrying' || status === 'exhausted'
            return aDelivery({ webhookId, createdAt: builtAt - age, status, eventType, errored })
          })
          await record(all)
          await record([aDelivery({ createdAt: builtAt - 3 })])
          const pages: number[] = []
          const shown = await readAll(async (after) => {
            const page = await given().log.ofWebhook({ webhookId, ...filter, after, limit })
            pages.push(page.items.length)
            return page
          })
          expect(shown).toEqual(inLogOrder(all.filter((delivery) => isWanted(delivery, filter))))
          expect(Math.max(...pages)).toBeLessThanOrEqual(limit)
        },
      )
      await fc.assert(property, { numRuns: 60 })
    })

    it('keeps its place in the log while newer deliveries come', async () => {
      const { log } = given()
      const { id: webhookId } = aWebhook()
      const old = await record(
        [0, 0, 0, 1, 2].map((age) => aDelivery({ webhookId, createdAt: builtAt - age })),
      )
      const first = await log.ofWebhook({ webhookId, limit: 2 })
      await record([aDelivery({ webhookId, createdAt: builtAt + 1 })])
      const rest = await readAll((after) =>
        log.ofWebhook({ webhookId, after: after ?? first.next, limit: 2 }),
      )
      expect([...first.items, ...rest]).toEqual(inLogOrder(old))
    })

    it('shows nothing of a webhook without deliveries', async () => {
      expect(await given().log.ofWebhook({ webhookId: aWebhook().id, limit: 10 })).toEqual({
        items: [],
        next: undefined,
      })
    })

    it('shows a delivery as it is now', async () => {
      const { log, deliveries } = given()
      const delivery = aDelivery()
      const delivered = {
        ...delivery,
        status: 'delivered',
        attempts: 2,
        lastStatus: 200,
        errored: true,
      } as const
      await record([delivery])
      await deliveries.record({ delivery: delivered, sweepAt: null })
      expect(await log.get(delivery.id)).toEqual(delivered)
      const { items } = await log.ofWebhook({ webhookId: delivery.webhookId, erroredOnly: true, limit: 10 })
      expect(items).toEqual([delivered])
      expect(await log.get(aDelivery().id)).toBeUndefined()
    })

    it('shows what became of an event, oldest first, redeliveries included', async () => {
      const { id: eventId } = anEvent()
      const [first, second] = await record([aDelivery({ eventId }), aDelivery({ eventId })])
      const webhookIds = [first, second].map((delivery) => delivery?.webhookId ?? '')
      await given().events?.recordFanOut(eventId, { at: builtAt, webhookIds, missedBy: [] })
      const again = { eventId, webhookId: first?.webhookId ?? '', trigger: 'redelivery' as const }
      const [later] = await record([aDelivery({ ...again, createdAt: builtAt + 1 }), aDelivery()])
      const shown = await given().log.ofEvent(eventId)
      expect(idsOf(shown.slice(0, 2)).sort()).toEqual([first?.id, second?.id].sort())
      expect(shown.slice(2)).toEqual([later])
      expect(await given().log.ofEvent(anEvent().id)).toEqual([])
    })

    it('hides deliveries once they have expired', async () => {
      const { log, clock } = given()
      const { id: webhookId } = aWebhook()
      const [old, young] = await record([
        aDelivery({ webhookId, createdAt: builtAt - 5_000, errored: true }),
        aDelivery({ webhookId, createdAt: builtAt, errored: true }),
      ])
      await clock.advance(retentionMs - 6_000)
      expect(await log.get(old?.id ?? '')).toEqual(old)
      expect((await log.ofWebhook({ webhookId, limit: 10 })).items).toEqual([young, old])
      const { next } = await log.ofWebhook({ webhookId, limit: 1 })
      await clock.advance(2_000)
      expect(await log.get(old?.id ?? '')).toBeUndefined()
      expect(await log.get(young?.id ?? '')).toEqual(young)
      for (const filter of [{}, { from: 0 }, { erroredOnly: true }])
        expect((await log.ofWebhook({ webhookId, ...filter, limit: 10 })).items).toEqual([young])
      expect((await log.ofWebhook({ webhookId, after: next, limit: 10 })).items).toEqual([])
    })
  })
}
