import { describe, expect, it } from 'vitest'
import { type Event, maxPayloadBytes } from '../../functions/domain/event.ts'
import type { EventStore } from '../../functions/use-cases/accept-events.ts'
import type { FanOutEvents } from '../../functions/use-cases/fan-out-events.ts'
import type { EventSummary } from '../../functions/use-cases/log-queries.ts'
import { aDelivery, anEvent, aWebhook, builtAt } from '../support/builders.ts'
import { type Open, perTest } from './harness.ts'

export interface EventStorePorts {
  readonly events: EventStore &
    FanOutEvents['events'] & { get(id: string): Promise<EventSummary | undefined> }
}

/** What every store of events does when one is accepted and fanned out. */
export function eventStoreContract(name: string, open: Open<EventStorePorts>): void {
  describe(`the event store of ${name}`, () => {
    const given = perTest(open)
    const { origin } = anEvent()
    const from = (over: Partial<Event> = {}) => anEvent({ origin, ...over })

    it.each([2, 32 * 1_024 + 1, maxPayloadBytes])(
      'gives back %d bytes of payload as they were',
      async (size) => {
        const { events } = given()
        const surroundings = Buffer.from(Array.from({ length: size + 2 }, (_, place) => (place * 31) % 256))
        const event = from({ payload: surroundings.subarray(1, size + 1) })
        expect(await events.store([{ event }])).toEqual([{ kind: 'stored' }])
        const stored = await events.payload(event.id)
        expect(stored?.byteLength).toBe(size)
        expect(Buffer.compare(stored ?? Buffer.of(), event.payload)).toBe(0)
      },
    )

    it('knows nothing of an event that was never stored', async () => {
      const { events } = given()
      const { id } = anEvent()
      expect(await events.payload(id)).toBeUndefined()
      expect(await events.get(id)).toBeUndefined()
      expect(await events.fanOutOf(id)).toBeUndefined()
    })

    it('takes equal events without a key as different ones', async () => {
      const { events } = given()
      const [first, second] = [from(), from()]
      expect(await events.store([{ event: first }, { event: second }])).toEqual([
        { kind: 'stored' },
        { kind: 'stored' },
      ])
      expect((await events.get(second.id))?.id).toBe(second.id)
    })

    it('records one fan-out of an event, the first', async () => {
      const { events } = given()
      const event = from()
      const fanOut = {
        at: builtAt + 5,
        webhookIds: [aWebhook().id, aWebhook().id],
        missedBy: [aWebhook().id],
      }
      await events.store([{ event }])
      const other = { at: builtAt + 9, webhookIds: [aDelivery().webhookId], missedBy: [] }
      expect(await events.recordFanOut(event.id, fanOut)).toBe(true)
      expect(await events.recordFanOut(event.id, other)).toBe(false)
      expect(await events.fanOutOf(event.id)).toEqual(fanOut)
    })
  })
}
