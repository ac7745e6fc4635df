import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../functions/domain/delivery.ts'
import type { Event, FanOut } from '../../functions/domain/event.ts'
import { firstEventIdAt } from '../../functions/domain/ids.ts'
import type { EventStore } from '../../functions/use-cases/accept-events.ts'
import type { AdvanceReplays } from '../../functions/use-cases/advance-replays.ts'
import { aDelivery, anEvent, aWebhook, builtAt } from '../support/builders.ts'
import { idsOf, type Open, perTest, retentionMs } from './harness.ts'

export interface ReplayedEventsPorts {
  readonly events: EventStore &
    AdvanceReplays['events'] & { recordFanOut(eventId: string, fanOut: FanOut): Promise<boolean> }
  readonly deliveries: AdvanceReplays['deliveries']
}

const all = { after: firstEventIdAt(0), before: firstEventIdAt(builtAt + 1), limit: 100 }
const failed = { status: 'exhausted', attempts: 1, errored: true } as const

/** What every log tells a replay of a webhook's events. */
export function replayedEventsContract(name: string, open: Open<ReplayedEventsPorts>): void {
  describe(`replayed events of ${name}`, () => {
    const given = perTest(open)
    const storeAged = async (ages: readonly number[]) => {
      const events = ages.map((age) => anEvent({ acceptedAt: builtAt - age }))
      await given().events.store(events.map((event) => ({ event })))
      return events
    }
    const record = async (event: Event | undefined, over: Partial<Delivery>) => {
      const place = { eventId: event?.id ?? '', createdAt: event?.acceptedAt ?? builtAt }
      const delivery = aDelivery({ ...place, ...over })
      await given().deliveries.record({ delivery, sweepAt: null })
      return delivery
    }

    it('are shown by their ids, with where they went; those that are gone are left out', async () => {
      const { events, clock } = given()
      const [old, young] = await storeAged([5_000, 0])
      const fanOut = { at: builtAt, webhookIds: [], missedBy: [aWebhook().id] }
      await events.recordFanOut(young?.id ?? '', fanOut)
      const ids = [young?.id ?? '', anEvent().id, old?.id ?? '']
      expect(idsOf(await events.summaries(ids)).sort()).toEqual([old?.id, young?.id].sort())
      await clock.advance(retentionMs - 4_000)
      expect(await events.summaries(ids)).toMatchObject([{ id: young?.id, fanOut }])
      expect(await events.summaries([])).toEqual([])
    })

    it("come with all their deliveries to the webhook, and none of another's", async () => {
      const { deliveries } = given()
      const { id: webhookId } = aWebhook()
      const [first, second, third] = await storeAged([20, 10, 0])
      const [before, between, after] = await storeAged([30, 15, 0])
      const expected = [
        await record(first, { webhookId, ...failed }),
        await record(first, { webhookId, trigger: 'redelivery', createdAt: builtAt + 1 }),
        await record(first, { webhookId, trigger: 'replay', createdAt: builtAt + 2 }),
        await record(third, { webhookId, trigger: 'replay', createdAt: builtAt + 2 }),
      ]
      await record(first, {})
      for (const event of [before, between, after])
        await record(event, { webhookId, trigger: 'replay', createdAt: builtAt + 2 })
      const ids = [first, second, third].map((event) => event?.id ?? '').sort()
      const found = await deliveries.ofEventsTo(webhookId, ids)
      expect(idsOf(found).sort()).toEqual(idsOf(expected).sort())
      expect(found.find(({ id }) => id === expected[0]?.id)).toEqual(expected[0])
      expect(await deliveries.ofEventsTo(webhookId, [])).toEqual([])
    })

    it.each([1, 2, 5, 100])('to mend are found in their order, each once, in pages of %d', async (limit) => {
      const { deliveries } = given()
      const { id: webhookId } = aWebhook()
      const events = await storeAged(Array.from({ length: 24 }, (_, nth) => nth % 9))
      const inOrder = events.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      const toMend = inOrder.filter((_, nth) => nth % 3 !== 0)
      for (const [nth, event] of inOrder.entries()) {
        if (nth % 3 === 0) await record(event, { webhookId, status: 'delivered', attempts: 1 })
        if (nth % 3 !== 0) await record(event, { webhookId, ...failed })
        if (nth % 3 === 2)
          await record(event, { webhookId, ...failed, trigger: 'replay', createdAt: builtAt + nth })
        await record(event, failed)
      }
      const found: string[] = []
      for (let after = all.after; ; after = found.at(-1) ?? after) {
        const page = await deliveries.eventsToMend(webhookId, { ...all, after, limit })
        expect(page.length).toBeLessThanOrEqual(limit)
        if (page.length === 0) break
        found.push(...page)
      }
      expect(found).toEqual(idsOf(toMend))
    })

    it('to mend are those of the range, also when only a later delivery failed', async () => {
      const { deliveries } = given()
      const { id: webhookId } = aWebhook()
      const [oldest, missed, newest] = await storeAged([20, 10, 0])
      await record(oldest, { webhookId, ...failed })
      await record(newest, { webhookId, ...failed })
      await record(missed, { webhookId, ...failed, trigger: 'replay', createdAt: builtAt + 5 })
      const range = { ...all, after: oldest?.id ?? '', before: newest?.id ?? '' }
      expect(await deliveries.eventsToMend(webhookId, range)).toEqual([missed?.id])
      expect(await deliveries.eventsToMend(aWebhook().id, all)).toEqual([])
    })
  })
}
