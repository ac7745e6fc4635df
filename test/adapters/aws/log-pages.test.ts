import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../../functions/domain/delivery.ts'
import type { DeliveryFilter } from '../../../functions/use-cases/log-queries.ts'
import { billOf } from '../../contracts/dynalite-table.ts'
import { idsOf, perTest, readAll, retentionMs } from '../../contracts/harness.ts'
import { aDelivery, anEvent, aWebhook, builtAt } from '../../support/builders.ts'
import { openLog } from './open-log.ts'

describe('pages of the log', () => {
  const given = perTest(openLog)
  const { id: webhookId } = aWebhook()
  /** Not all at once: the emulator runs in this very process. */
  const inTurns = async <Item>(items: readonly Item[], work: (some: readonly Item[]) => Promise<unknown>) => {
    for (let at = 0; at < items.length; at += 100) await work(items.slice(at, at + 100))
    return items
  }
  const record = (all: readonly Delivery[]) =>
    inTurns(all, (some) =>
      Promise.all(some.map((delivery) => given().deliveries.record({ delivery, sweepAt: null }))),
    )
  const readPages = async (filter: Omit<DeliveryFilter, 'webhookId' | 'limit'>) => {
    const pages: number[] = []
    const items = await readAll(async (after) => {
      const page = await given().log.ofWebhook({ webhookId, ...filter, after, limit: 10 })
      pages.push(page.items.length)
      return page
    })
    return { items, pages }
  }
  const many = (count: number) =>
    Array.from({ length: count }, (_, nth) =>
      aDelivery({ webhookId, createdAt: builtAt - (nth % 3), status: 'delivered' }),
    )

  it('find the few that are wanted among more than one looks at, of the same millisecond too', async () => {
    const few = [9, 2, 0].map((age) =>
      aDelivery({ webhookId, createdAt: builtAt - age, status: 'cancelled', eventType: 'a:b' }),
    )
    await record([...many(2_600), ...few])
    for (const filter of [{ statuses: ['cancelled' as const] }, { eventType: 'a:b' }]) {
      const { items, pages } = await readPages(filter)
      expect(idsOf(items)).toEqual(idsOf(few.toReversed()))
      expect(pages.length).toBeGreaterThan(1)
      expect(pages.length).toBeLessThanOrEqual(3)
    }
  })

  it('show failures among many successes without reading those', async () => {
    const failed = aDelivery({ webhookId, createdAt: builtAt - 9, status: 'exhausted', errored: true })
    await record([...many(500), failed])
    for (const filter of [{ erroredOnly: true }, { statuses: ['exhausted' as const, 'retrying' as const] }]) {
      expect(await readPages(filter)).toEqual({ items: [failed], pages: [1] })
      const { readUnits } = await billOf(given().tables, () => readPages(filter))
      expect(readUnits).toBeLessThanOrEqual(3)
    }
  })

  it('show no failure whose row does not say so', async () => {
    const { deliveries } = given()
    const delivery = aDelivery({ webhookId, status: 'delivered', attempts: 1 })
    await deliveries.record({ delivery, sweepAt: null })
    await deliveries.record({ delivery: { ...delivery, status: 'retrying', errored: true }, sweepAt: null })
    expect(await readPages({ erroredOnly: true })).toEqual({ items: [], pages: [0] })
  })

  it('keep to the range when the page that is asked for lies beyond it', async () => {
    const [, older] = await record([0, 1].map((age) => aDelivery({ webhookId, createdAt: builtAt - age })))
    const after = `${builtAt}/dlv_0`
    const { items } = await given().log.ofWebhook({ webhookId, to: builtAt - 1, after, limit: 10 })
    expect(items).toEqual([older])
  })

  it('are empty for a range that ends before it begins', async () => {
    await record([aDelivery({ webhookId })])
    const nothing = { items: [], next: undefined }
    const { log } = given()
    expect(await log.ofWebhook({ webhookId, from: builtAt + 1, to: builtAt, limit: 10 })).toEqual(nothing)
    expect(await log.ofWebhook({ webhookId, to: builtAt - retentionMs, limit: 10 })).toEqual(nothing)
  })

  it('hide what is as old as the retention, and not what is a millisecond younger', async () => {
    const { clock, deliveries, events, log } = given()
    const [old, young] = [builtAt, builtAt + 1].map((acceptedAt) => anEvent({ acceptedAt }))
    const kept = aDelivery({ webhookId, createdAt: builtAt + 1, errored: true })
    await record([aDelivery({ webhookId, errored: true }), kept])
    for (const event of [old, young]) if (event !== undefined) await events.store([{ event }])
    await clock.advance(retentionMs)
    for (const erroredOnly of [false, true])
      expect((await log.ofWebhook({ webhookId, erroredOnly, limit: 10 })).items).toEqual([kept])
    expect(idsOf((await events.list({ limit: 10 })).items)).toEqual([young?.id])
    expect(await events.get(old?.id ?? '')).toBeUndefined()
    expect(await events.payload(old?.id ?? '')).toBeUndefined()
    expect(await events.payload(young?.id ?? '')).toBeDefined()
    expect(await deliveries.find(kept.id)).toEqual(kept)
  })

  it('of events find the few of a type among more than one looks at', async () => {
    const { events } = given()
    const all = Array.from({ length: 2_400 }, (_, nth) =>
      anEvent({ acceptedAt: builtAt - (nth % 7), type: 'a:b' }),
    )
    const few = [20, 10, 3].map((age) => anEvent({ acceptedAt: builtAt - age, type: 'a:c' }))
    await inTurns([...all, ...few], (some) => events.store(some.map((event) => ({ event }))))
    const pages: number[] = []
    const found = await readAll(async (before) => {
      const page = await events.list({ type: 'a:c', before, limit: 10 })
      pages.push(page.items.length)
      return page
    })
    expect(idsOf(found)).toEqual(idsOf(few.toReversed()))
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.length).toBeLessThanOrEqual(3)
  })

  it('show what became of an event at 150 webhooks and of a redelivery that had no row before its attempt', async () => {
    const { events, deliveries, log } = given()
    const event = anEvent()
    const first = Array.from({ length: 150 }, () =>
      aDelivery({ eventId: event.id, status: 'delivered', attempts: 1 }),
    )
    await record(first)
    const webhookIds = first.map((delivery) => delivery.webhookId)
    await events.recordFanOut(event.id, { at: builtAt, webhookIds, missedBy: [aWebhook().id] })
    const again = aDelivery({
      ...{ eventId: event.id, webhookId, createdAt: builtAt + 5 },
      ...{ trigger: 'replay', status: 'delivered', attempts: 1 },
    })
    await deliveries.record({ delivery: again, sweepAt: null })
    const shown = await log.ofEvent(event.id)
    expect(shown).toHaveLength(151)
    expect(shown.at(-1)).toEqual(again)
  })
})
