import { describe, expect, it } from 'vitest'
import { firstEventIdAt } from '../../../functions/domain/ids.ts'
import { auditEvents } from '../../../functions/use-cases/audit-events.ts'
import { idsOf, perTest, retentionMs } from '../../contracts/harness.ts'
import { aDelivery, anEvent, aWebhook, builtAt } from '../../support/builders.ts'
import { openLog } from './open-log.ts'

const minute = 60_000

describe('acceptedBetween', () => {
  const given = perTest(openLog)
  const storeAged = async (ages: readonly number[]) => {
    const events = ages.map((age) => anEvent({ acceptedAt: builtAt - age }))
    await given().events.store(events.map((event) => ({ event })))
    return events
  }
  const all = { after: firstEventIdAt(0), before: 'evt_~', limit: 100 }

  it('gives events oldest first, with where they went, expired or not', async () => {
    const { events, clock } = given()
    const stored = await storeAged([0, 90_000_000, 5, 5, 60_000])
    const fanOut = { at: builtAt, webhookIds: [aWebhook().id], missedBy: [] }
    await events.recordFanOut(stored[1]?.id ?? '', fanOut)
    await clock.advance(2 * retentionMs)
    const found = await events.acceptedBetween(all)
    expect(idsOf(found)).toEqual(idsOf(stored).sort())
    expect(found.map((event) => event.fanOut)).toEqual([fanOut, undefined, undefined, undefined, undefined])
  })

  it('leaves out both ends', async () => {
    const { events } = given()
    const [newest, middle, oldest] = await storeAged([0, 1, 2])
    const range = { after: oldest?.id ?? '', before: newest?.id ?? '', limit: 100 }
    expect(idsOf(await events.acceptedBetween(range))).toEqual([middle?.id])
    expect(await events.acceptedBetween({ ...range, after: 'evt_~' })).toEqual([])
  })

  it.each([1, 3, 40])('gives all in pages of %d, of which only the last is empty', async (limit) => {
    const { events } = given()
    const stored = await storeAged(Array.from({ length: 40 }, (_, nth) => nth % 9))
    const ids: string[] = []
    for (let after = all.after; ; ) {
      const page = await events.acceptedBetween({ ...all, after, limit })
      expect(page.length).toBeLessThanOrEqual(limit)
      const last = page.at(-1)
      if (last === undefined) break
      ids.push(...idsOf(page))
      after = last.id
    }
    expect(ids).toEqual(idsOf(stored).sort())
  })
})

describe('the audit over DynamoDB', () => {
  const given = perTest(openLog)

  it('queues what was not fanned out and what was not attempted, and nothing else', async () => {
    const { events, deliveries, clock } = given()
    const [lost, unsent, sent, young] = [0, 1, 2, 10 * minute].map((later) =>
      anEvent({ acceptedAt: builtAt + later }),
    )
    const webhook = aWebhook()
    for (const event of [lost, unsent, sent, young]) if (event !== undefined) await events.store([{ event }])
    const fanOut = { at: builtAt, webhookIds: [webhook.id], missedBy: [] }
    for (const event of [unsent, sent]) await events.recordFanOut(event?.id ?? '', fanOut)
    const delivered = { eventId: sent?.id ?? '', webhookId: webhook.id, createdAt: builtAt + 2 }
    await deliveries.record({
      delivery: aDelivery({ ...delivered, status: 'delivered', attempts: 1 }),
      sweepAt: null,
    })
    await clock.advance(11 * minute)
    const queued: string[] = []
    const queue = {
      send: async (messages: readonly { readonly id: string }[]) => {
        queued.push(...idsOf(messages))
        return []
      },
    }
    let position: string | undefined
    const deps = {
      events,
      deliveries,
      webhooks: { get: async () => webhook },
      position: {
        read: async () => position,
        moveTo: async (id: string) => {
          position = id
        },
      },
      fanOutQueue: queue,
      deliveryQueue: queue,
      now: clock.now,
    }
    expect(await auditEvents(deps)).toBe(2)
    const missing = aDelivery({ eventId: unsent?.id ?? '', webhookId: webhook.id })
    expect(queued.sort()).toEqual([`${missing.id}/1`, lost?.id].sort())
    expect(position).toBe(sent?.id)
    expect(idsOf(await deliveries.due(clock.now() + 2 * minute, 10))).toEqual([missing.id])
    expect(await auditEvents(deps)).toBe(0)
  })
})
