import { describe, expect, it } from 'vitest'
import type { Event } from '../../functions/domain/event.ts'
import { bodyHash, type StoredKey } from '../../functions/use-cases/accept-events.ts'
import { anEvent, builtAt } from '../support/builders.ts'
import type { EventStorePorts } from './event-store.ts'
import { type Open, perTest, retentionMs } from './harness.ts'

const windowMs = 10 * 60_000

/** The event as it is handed to the store, under the key that its publisher chose. */
function keyed(event: Event, key = 'key-1'): { event: Event; key: StoredKey } {
  return { event, key: { key, windowMs, bodyHash: bodyHash(event.type, event.payload) } }
}

/** What every store of events makes of keys: one event for equal ones, nothing at all of a request with a conflict. */
export function idempotencyContract(name: string, open: Open<EventStorePorts>): void {
  describe(`the idempotency keys of ${name}`, () => {
    const given = perTest(open)
    const { origin } = anEvent()
    const payload = (text: string) => Buffer.from(JSON.stringify({ text }))
    const from = (over: Partial<Event> = {}) => anEvent({ origin, ...over })

    it('takes an event under a known key as the one it has', async () => {
      const { events } = given()
      const [first, repeat] = [from(), from()]
      await events.store([keyed(first)])
      expect(await events.store([keyed(repeat)])).toEqual([
        { kind: 'duplicate', eventId: first.id, fannedOut: false },
      ])
      expect(await events.get(repeat.id)).toBeUndefined()
    })

    it('tells of a duplicate whether the first has been fanned out', async () => {
      const { events } = given()
      const first = from()
      await events.store([keyed(first)])
      await events.recordFanOut(first.id, { at: builtAt, webhookIds: [], missedBy: [] })
      expect(await events.store([keyed(from())])).toEqual([
        { kind: 'duplicate', eventId: first.id, fannedOut: true },
      ])
    })

    it('answers each event of a request in its place', async () => {
      const { events } = given()
      const first = from()
      await events.store([keyed(first)])
      const [unkeyed, fresh] = [from(), from()]
      expect(await events.store([{ event: unkeyed }, keyed(from()), keyed(fresh, 'key-2')])).toEqual([
        { kind: 'stored' },
        { kind: 'duplicate', eventId: first.id, fannedOut: false },
        { kind: 'stored' },
      ])
      expect(await events.get(unkeyed.id)).toBeDefined()
      expect(await events.get(fresh.id)).toBeDefined()
    })

    it('stores nothing of a request in which one event conflicts, and keeps none of its keys', async () => {
      const { events } = given()
      const first = from({ payload: payload('one') })
      await events.store([keyed(first)])
      const [unkeyed, fresh] = [from(), from()]
      const results = await events.store([
        { event: unkeyed },
        keyed(fresh, 'key-2'),
        keyed(from({ payload: payload('another') })),
      ])
      expect(results[2]).toEqual({ kind: 'conflict', eventId: first.id })
      expect(await events.get(unkeyed.id)).toBeUndefined()
      expect(await events.get(fresh.id)).toBeUndefined()
      const later = from({ payload: payload('a third') })
      expect(await events.store([keyed(later, 'key-2')])).toEqual([{ kind: 'stored' }])
    })

    it('sees a conflict in the type alone', async () => {
      const { events } = given()
      const first = from({ type: 'a:b', payload: payload('same') })
      await events.store([keyed(first)])
      expect(await events.store([keyed(from({ type: 'a:c', payload: payload('same') }))])).toEqual([
        { kind: 'conflict', eventId: first.id },
      ])
    })

    it('sees a conflict within one request', async () => {
      const { events } = given()
      const [one, another] = [from({ payload: payload('one') }), from({ payload: payload('another') })]
      const results = await events.store([keyed(one), keyed(another)])
      expect(results.map(({ kind }) => kind)).toContain('conflict')
      expect(await events.get(one.id)).toBeUndefined()
      expect(await events.get(another.id)).toBeUndefined()
    })

    it('sees a duplicate within one request', async () => {
      const { events } = given()
      const [first, repeat] = [from(), from()]
      expect(await events.store([keyed(first), keyed(repeat)])).toEqual([
        { kind: 'stored' },
        { kind: 'duplicate', eventId: first.id, fannedOut: false },
      ])
      expect(await events.get(repeat.id)).toBeUndefined()
    })

    it('stores one of many that come at once under one key', async () => {
      const { events } = given()
      const same = Array.from({ length: 20 }, () => from())
      const results = (await Promise.all(same.map((event) => events.store([keyed(event)])))).flat()
      const stored = same.filter((_, index) => results[index]?.kind === 'stored')
      expect(stored).toHaveLength(1)
      const others = results.filter(({ kind }) => kind !== 'stored')
      const duplicate = { kind: 'duplicate', eventId: stored[0]?.id, fannedOut: false }
      expect(others).toEqual(Array.from({ length: 19 }, () => duplicate))
    })

    it('keeps the keys of different origins apart', async () => {
      const { events } = given()
      const other = anEvent({ payload: payload('another') })
      await events.store([keyed(from({ payload: payload('one') }))])
      expect(await events.store([keyed(other)])).toEqual([{ kind: 'stored' }])
    })

    it('knows a key until its window is over, counted from the first event', async () => {
      const { events } = given()
      const first = from()
      const at = (acceptedAt: number) => keyed(from({ acceptedAt, payload: payload(String(acceptedAt)) }))
      await events.store([keyed(first)])
      const kindAt = async (acceptedAt: number) => (await events.store([at(acceptedAt)]))[0]?.kind
      expect(await kindAt(builtAt + windowMs - 1)).toBe('conflict')
      expect(await kindAt(builtAt + windowMs)).toBe('stored')
      expect(await kindAt(builtAt + windowMs + 1)).toBe('conflict')
    })

    it('takes a key as free once its event has expired, though its window is not over', async () => {
      const { events, clock } = given()
      const long = (event: Event) => {
        const { key } = keyed(event)
        return { event, key: { ...key, windowMs: 2 * retentionMs } }
      }
      await events.store([long(from())])
      await clock.advance(retentionMs - 1_000)
      const late = from({ acceptedAt: clock.now() })
      expect((await events.store([long(late)]))[0]?.kind).toBe('duplicate')
      await clock.advance(2_000)
      const next = from({ acceptedAt: clock.now(), payload: payload('another') })
      expect(await events.store([long(next)])).toEqual([{ kind: 'stored' }])
    })
  })
}
