import { describe, expect, it } from 'vitest'
import type { AdminDeps } from '../../functions/api/admin-deps.ts'
import type { Event, FanOut } from '../../functions/domain/event.ts'
import { firstEventIdAt } from '../../functions/domain/ids.ts'
import type { EventStore } from '../../functions/use-cases/accept-events.ts'
import type { AuditEvents } from '../../functions/use-cases/audit-events.ts'
import { anEvent, aWebhook, builtAt } from '../support/builders.ts'
import { idsOf, newestFirst, type Open, perTest, readAll, retentionMs } from './harness.ts'

export interface EventLogPorts {
  readonly events: EventStore &
    AdminDeps['events'] &
    AuditEvents['events'] & { recordFanOut(eventId: string, fanOut: FanOut): Promise<boolean> }
}

const second = 1_000

/** What every store of events shows to people. */
export function eventLogContract(name: string, open: Open<EventLogPorts>): void {
  describe(`the log of events of ${name}`, () => {
    const given = perTest(open)
    /** Stores events `ages` milliseconds old, in that order. */
    const storeAged = async (ages: readonly number[], over: Partial<Event> = {}) => {
      const events = ages.map((age) => anEvent({ acceptedAt: builtAt - age, ...over }))
      await Promise.all(events.map((event) => given().events.store([{ event }])))
      return events
    }

    it('shows an event without its payload', async () => {
      const { events } = given()
      const event = anEvent({ type: 'a:b', payload: Buffer.from('{"text":"naïve"}') })
      await events.store([{ event }])
      const shown = {
        id: event.id,
        type: 'a:b',
        origin: event.origin,
        acceptedAt: builtAt,
        payloadBytes: 17,
        batchChangeIds: [],
        fanOut: undefined,
        erasedAt: null,
      }
      expect(await events.get(event.id)).toEqual(shown)
      expect((await events.list({ limit: 10 })).items).toEqual([shown])
    })

    it('shows where an event went', async () => {
      const { events } = given()
      const [event] = await storeAged([0])
      const fanOut = { at: builtAt + 5, webhookIds: [aWebhook().id], missedBy: [aWebhook().id] }
      await events.recordFanOut(event?.id ?? '', fanOut)
      expect((await events.get(event?.id ?? ''))?.fanOut).toEqual(fanOut)
      expect((await events.list({ limit: 10 })).items[0]?.fanOut).toEqual(fanOut)
    })

    it('lists nothing of an empty store', async () => {
      expect(await given().events.list({ limit: 10 })).toEqual({ items: [], next: undefined })
    })

    it('lists events newest first, in whatever order they came', async () => {
      const events = await storeAged([3_000, 0, 90_000_000, 1, 60_000])
      const { items } = await given().events.list({ limit: 10 })
      expect(idsOf(items)).toEqual(newestFirst(events))
    })

    it.each([1, 3, 7, 12, 100])('shows every event once in pages of %d', async (limit) => {
      const events = await storeAged([0, 0, 0, 0, 0, 1, 1, second, second, 3_600_000, 90_000_000, 90_000_000])
      const pages: number[] = []
      const items = await readAll(async (before) => {
        const page = await given().events.list({ before, limit })
        pages.push(page.items.length)
        return page
      })
      expect(idsOf(items)).toEqual(newestFirst(events))
      expect(Math.max(...pages)).toBeLessThanOrEqual(limit)
    })

    it('lists events of one type, page by page', async () => {
      const wanted = await storeAged([0, 5, 5, 20], { type: 'a:b' })
      await storeAged([0, 1, 5, 20, 30], { type: 'a:c' })
      const items = await readAll((before) => given().events.list({ type: 'a:b', before, limit: 2 }))
      expect(idsOf(items)).toEqual(newestFirst(wanted))
    })

    it('lists events about one batch change, of all types or of one, page by page', async () => {
      const about = (ids: readonly string[]) => ({
        type: 'changeset:close',
        payload: Buffer.from(JSON.stringify({ batch_change_ids: ids, owning_batch_change_id: ids[0] })),
      })
      const [change] = await storeAged([7], {
        type: 'batch_change:apply',
        payload: Buffer.from('{"id":"b1"}'),
      })
      const changesets = await storeAged([0, 3, 3, 9], about(['b2', 'b1']))
      await storeAged([1, 4, 8], about(['b1x', 'xb1', 'B1']))
      await storeAged([2, 5], { type: 'batch_change:apply', payload: Buffer.from('{"id":"b10"}') })
      await storeAged([6], { payload: Buffer.from('["b1"]') })
      const { events } = given()
      const list = (type?: string) =>
        readAll((before) => events.list({ type, batchChangeId: 'b1', before, limit: 2 }))
      expect(idsOf(await list())).toEqual(newestFirst([...changesets, ...(change ? [change] : [])]))
      expect(idsOf(await list('batch_change:apply'))).toEqual([change?.id])
      expect((await events.get(changesets[0]?.id ?? ''))?.batchChangeIds).toEqual(['b2', 'b1'])
      expect((await events.list({ batchChangeId: 'b', limit: 9 })).items).toEqual([])
    })

    it('lists events of a time range, both ends included', async () => {
      const [, ...older] = await storeAged([0, 1, 2, 2, 3, 4])
      const wanted = older.slice(0, 4)
      const range = { from: builtAt - 3, to: builtAt - 1 }
      const items = await readAll((before) => given().events.list({ ...range, before, limit: 3 }))
      expect(idsOf(items)).toEqual(newestFirst(wanted))
    })

    it('lists nothing of a range that ends before it begins', async () => {
      await storeAged([0, 1, 2])
      expect(await given().events.list({ from: builtAt, to: builtAt - 2, limit: 10 })).toEqual({
        items: [],
        next: undefined,
      })
    })

    it('lists nothing newer than the range when a page of something newer is asked for', async () => {
      const [newest, , oldest] = await storeAged([0, 1, 2])
      const { items } = await given().events.list({ to: builtAt - 2, before: newest?.id, limit: 10 })
      expect(idsOf(items)).toEqual([oldest?.id])
    })

    it('walks the events between two ids oldest first, each once, with where they went', async () => {
      const { events } = given()
      const stored = newestFirst(
        await storeAged(Array.from({ length: 40 }, (_, nth) => nth * second)),
      ).reverse()
      const fanOut = { at: builtAt, webhookIds: [aWebhook().id], missedBy: [] }
      await events.recordFanOut(stored[10] ?? '', fanOut)
      const before = firstEventIdAt(builtAt - 4 * second)
      const walked: string[] = []
      for (let after = stored[2] ?? ''; ; after = walked.at(-1) ?? after) {
        const page = await events.acceptedBetween({ after, before, limit: 7 })
        if (page.length === 0) break
        expect(page.length).toBeLessThanOrEqual(7)
        walked.push(...idsOf(page))
        for (const { id, fanOut: went } of page) expect(went).toEqual(id === stored[10] ? fanOut : undefined)
      }
      expect(walked).toEqual(stored.slice(3, 35))
    })

    it('hides events once they have expired', async () => {
      const { events, clock } = given()
      const [old] = await storeAged([5_000])
      const [young] = await storeAged([0])
      await clock.advance(retentionMs - 6_000)
      expect(await events.get(old?.id ?? '')).toBeDefined()
      expect((await events.list({ limit: 10 })).items).toHaveLength(2)
      await clock.advance(2_000)
      expect(await events.get(old?.id ?? '')).toBeUndefined()
      expect(await events.payload(old?.id ?? '')).toBeUndefined()
      expect(idsOf((await events.list({ from: 0, limit: 10 })).items)).toEqual([young?.id])
      expect(await events.payload(young?.id ?? '')).toBeDefined()
    })
  })
}
