import { describe, expect, it } from 'vitest'
import { SqliteExpiry } from '../../../functions/adapters/sqlite/expiry.ts'
import { SqliteDeliveries } from '../../../functions/adapters/sqlite/sqlite-deliveries.ts'
import { SqliteDeliveryLog } from '../../../functions/adapters/sqlite/sqlite-delivery-log.ts'
import { SqliteErasure } from '../../../functions/adapters/sqlite/sqlite-erasure.ts'
import { SqliteEvents } from '../../../functions/adapters/sqlite/sqlite-events.ts'
import { SqliteWebhooks } from '../../../functions/adapters/sqlite/sqlite-webhooks.ts'
import type { Delivery, DeliveryStatus } from '../../../functions/domain/delivery.ts'
import type { Event } from '../../../functions/domain/event.ts'
import type { Webhook } from '../../../functions/domain/webhook.ts'
import { perTest, retentionMs } from '../../contracts/harness.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'
import { aDelivery, anAttempt, anEvent, aWebhook, builtAt } from '../../support/builders.ts'

const hour = 3_600_000
const tables = [
  'events',
  'fan_outs',
  'idempotency_keys',
  'deliveries',
  'attempts',
  'hourly_counters',
] as const

describe('SqliteExpiry', () => {
  const given = perTest(
    onSqlite((store) => ({
      webhooks: new SqliteWebhooks(store),
      events: new SqliteEvents(store),
      deliveries: new SqliteDeliveries(store),
      log: new SqliteDeliveryLog(store),
      expiry: new SqliteExpiry(store),
      rowsOf: (table: (typeof tables)[number] | 'expiring' | 'erasures') =>
        Number(store.database.prepare(`select count(*) n from ${table}`).get()?.n),
    })),
  )
  /** A webhook that is there. */
  const create = async (over: Partial<Webhook> = {}) => {
    const webhook = aWebhook(over)
    await given().webhooks.create(webhook)
    return webhook
  }
  /** Records deliveries, each with an attempt of its own time. */
  const record = (deliveries: readonly Delivery[]) =>
    Promise.all(
      deliveries.map((delivery) => {
        const isOver = delivery.status !== 'pending' && delivery.status !== 'retrying'
        const attempt = anAttempt({ sentAt: delivery.createdAt })
        return given().deliveries.record({ delivery, attempt, sweepAt: isOver ? null : builtAt })
      }),
    )
  const store = (event: Event, key?: { key: string; windowMs: number }) =>
    given().events.store([{ event, key: key && { ...key, bodyHash: 'hash' } }])
  const deleteAll = async () => {
    const counts: number[] = []
    do counts.push(await given().expiry.deleteBatch())
    while (counts.at(-1) !== 0)
    return counts
  }

  it('deletes nothing where nothing has expired', async () => {
    const { id: webhookId } = await create()
    await record([aDelivery({ webhookId, status: 'delivered' })])
    await store(anEvent(), { key: 'key', windowMs: hour })
    expect(await deleteAll()).toEqual([0])
    expect(tables.map((table) => given().rowsOf(table))).toEqual([1, 0, 1, 1, 1, 1])
  })

  it("deletes by a webhook's own retention where it has one, and never later than the deployment's", async () => {
    const { log, clock, rowsOf } = given()
    const webhooks = [
      await create({ retentionMs: 24 * hour }),
      await create({ hiddenBefore: builtAt + 1 }),
      await create(),
      await create({ retentionMs: 2 * retentionMs }),
    ]
    const logged = webhooks.map(({ id: webhookId }) => aDelivery({ webhookId, status: 'delivered' }))
    const waiting = aDelivery({ webhookId: webhooks[0]?.id ?? '', status: 'retrying', attempts: 1 })
    await record([...logged, waiting])
    await clock.advance(25 * hour)
    await deleteAll()
    const shown = await Promise.all(logged.map(({ id }) => log.get(id)))
    expect(shown.map((delivery) => delivery !== undefined)).toEqual([false, false, true, true])
    expect(await log.get(waiting.id)).toBeDefined()
    expect(rowsOf('attempts')).toBe(3)
    await clock.advance(retentionMs)
    await deleteAll()
    expect(rowsOf('deliveries')).toBe(1)
  })

  it('forgets that a payload was erased only when nothing of its event is left', async () => {
    const { clock, store: opened, rowsOf } = given()
    const { id: webhookId } = await create()
    const erasure = new SqliteErasure(opened)
    const [plain, repeated] = [anEvent(), anEvent()]
    for (const event of [plain, repeated]) {
      await store(event)
      await erasure.begin(event.id, builtAt)
    }
    const later = { trigger: 'redelivery', status: 'delivered', createdAt: builtAt + 24 * hour } as const
    await record([aDelivery({ webhookId, eventId: repeated.id, ...later })])
    await clock.advance(retentionMs + 1)
    await deleteAll()
    expect([rowsOf('events'), rowsOf('deliveries'), rowsOf('erasures')]).toEqual([0, 1, 1])
    await clock.advance(24 * hour)
    await deleteAll()
    expect([rowsOf('events'), rowsOf('deliveries'), rowsOf('erasures')]).toEqual([0, 0, 0])
  })

  it('deletes expired deliveries with their attempts, and keeps those that are not over or not expired', async () => {
    const { deliveries, log, clock, rowsOf } = given()
    const { id: webhookId } = await create()
    const old = (status: DeliveryStatus) => aDelivery({ webhookId, status })
    const over = [old('delivered'), old('exhausted'), old('cancelled')]
    const kept = [
      old('pending'),
      old('retrying'),
      aDelivery({ webhookId, createdAt: builtAt + 1, status: 'delivered' }),
    ]
    await record([...over, ...kept])
    await clock.advance(retentionMs)
    expect(await deleteAll()).toEqual([3, 0])
    for (const { id } of over) {
      expect(await deliveries.find(id)).toBeUndefined()
      expect(await log.attempts(id)).toEqual([])
    }
    for (const delivery of kept) {
      expect(await deliveries.find(delivery.id)).toEqual(delivery)
      expect(await log.attempts(delivery.id)).toHaveLength(1)
    }
    expect(rowsOf('deliveries')).toBe(3)
  })

  it('deletes just what is hidden', async () => {
    const { log, clock, rowsOf } = given()
    const { id: webhookId } = await create()
    await record(
      [-2, -1, 0, 1, 2].map((age) => aDelivery({ webhookId, createdAt: builtAt - age, status: 'delivered' })),
    )
    await clock.advance(retentionMs)
    const { items: shown } = await log.ofWebhook({ webhookId, limit: 10 })
    await deleteAll()
    expect((await log.ofWebhook({ webhookId, limit: 10 })).items).toEqual(shown)
    expect(rowsOf('deliveries')).toBe(shown.length)
  })

  it('deletes at most 200 deliveries of a webhook at a time, and tells if there may be more', async () => {
    const { clock, rowsOf } = given()
    const { id: webhookId } = await create()
    await record(Array.from({ length: 450 }, () => aDelivery({ webhookId, status: 'delivered' })))
    await clock.advance(retentionMs)
    expect(await deleteAll()).toEqual([200, 200, 50, 0])
    expect(rowsOf('attempts')).toBe(0)
    expect(rowsOf('expiring')).toBe(0)
  })

  it('deletes expired events with their payloads and fan-outs, in small batches', async () => {
    const { events, clock, rowsOf } = given()
    const old = Array.from({ length: 250 }, () => anEvent())
    const young = anEvent({ acceptedAt: builtAt + 1 })
    await events.store([...old, young].map((event) => ({ event })))
    for (const { id } of [...old.slice(0, 3), young])
      await events.recordFanOut(id, { at: builtAt, webhookIds: [], missedBy: [] })
    await clock.advance(retentionMs + 1)
    expect(await deleteAll()).toEqual([200, 50, 0])
    expect([rowsOf('events'), rowsOf('fan_outs')]).toEqual([1, 1])
    expect(await events.fanOutOf(young.id)).toBeDefined()
  })

  it('keeps an event while a delivery of it is under way', async () => {
    const { events, deliveries, clock, rowsOf } = given()
    const { id: webhookId } = await create()
    const event = anEvent()
    await events.store([{ event }])
    const delivery = aDelivery({ eventId: event.id, webhookId, status: 'retrying', attempts: 1 })
    await record([
      delivery,
      aDelivery({ eventId: event.id, webhookId: (await create()).id, status: 'delivered' }),
    ])
    await clock.advance(retentionMs + 1)
    expect(await deleteAll()).toEqual([1, 0])
    expect(rowsOf('events')).toBe(1)
    await deliveries.record({ delivery: { ...delivery, status: 'delivered' }, sweepAt: null })
    expect(await deleteAll()).toEqual([2, 0])
    expect([rowsOf('events'), rowsOf('deliveries')]).toEqual([0, 0])
  })

  it('deletes keys whose window is over, and keeps the others', async () => {
    const { clock, rowsOf } = given()
    const event = anEvent()
    await store(event, { key: 'short', windowMs: hour })
    await store({ ...anEvent(), origin: event.origin }, { key: 'long', windowMs: 24 * hour })
    await clock.advance(hour)
    await deleteAll()
    expect(rowsOf('idempotency_keys')).toBe(1)
    expect(
      (await store({ ...anEvent(), origin: event.origin }, { key: 'long', windowMs: hour }))[0]?.kind,
    ).toBe('duplicate')
  })

  it('leaves none of the keys whose window is over, however many there are', async () => {
    const { clock, rowsOf } = given()
    await Promise.all(
      Array.from({ length: 450 }, (_, nth) => store(anEvent(), { key: `${nth}`, windowMs: hour })),
    )
    await clock.advance(hour)
    await deleteAll()
    expect(rowsOf('idempotency_keys')).toBe(0)
  })

  it('deletes the counters of hours that have expired', async () => {
    const { log, clock, rowsOf } = given()
    const { id: webhookId } = await create()
    await record(
      [0, 1, 48].map((hours) =>
        aDelivery({ webhookId, createdAt: builtAt + hours * hour, status: 'delivered' }),
      ),
    )
    expect(rowsOf('hourly_counters')).toBe(3)
    await clock.advance(retentionMs + 3 * hour)
    await deleteAll()
    // The watch over failures may need them for a day longer than these logs are kept.
    expect(rowsOf('hourly_counters')).toBe(3)
    expect(await log.stats(webhookId)).toEqual({ total: 1, errored: 0 })
    await clock.advance(24 * hour)
    await record([aDelivery({ webhookId, createdAt: clock.now() - retentionMs, status: 'delivered' })])
    await deleteAll()
    // What was recorded just now is within the day.
    expect(rowsOf('hourly_counters')).toBe(2)
    expect(await log.stats(webhookId)).toEqual({ total: 2, errored: 0 })
  })
})
