import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { PayloadCache } from '../../../functions/adapters/sqlite/payload-cache.ts'
import { SqliteDeliveries } from '../../../functions/adapters/sqlite/sqlite-deliveries.ts'
import { SqliteDeliveryLog } from '../../../functions/adapters/sqlite/sqlite-delivery-log.ts'
import { SqliteErasure } from '../../../functions/adapters/sqlite/sqlite-erasure.ts'
import { SqliteEvents } from '../../../functions/adapters/sqlite/sqlite-events.ts'
import { SqliteQueue } from '../../../functions/adapters/sqlite/sqlite-queue.ts'
import type { SqliteStore } from '../../../functions/adapters/sqlite/store.ts'
import { Unavailable } from '../../../functions/domain/errors.ts'
import type { Event } from '../../../functions/domain/event.ts'
import {
  type DeliveryMessage,
  deliveryMessage,
  type FanOutMessage,
  inlinePayload,
} from '../../../functions/domain/messages.ts'
import { eraseEvent } from '../../../functions/use-cases/erase-event.ts'
import { erasureContract } from '../../contracts/erasure.ts'
import { perTest } from '../../contracts/harness.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'
import { aDelivery, aDeliveryMessage, anAttempt, anEvent, aWebhook, builtAt } from '../../support/builders.ts'
import { seededRandom } from '../../support/random.ts'

const queueOptions = { maxReceives: 20, maxInFlightPerGroup: 1_000 }
const openOver = (store: SqliteStore) => ({
  events: new SqliteEvents(store),
  deliveries: new SqliteDeliveries(store),
  log: new SqliteDeliveryLog(store),
  erasure: new SqliteErasure(store),
  fanOutQueue: new SqliteQueue<FanOutMessage>(store, { ...queueOptions, name: 'fan-out' }),
  deliveryQueue: new SqliteQueue<DeliveryMessage>(store, { ...queueOptions, name: 'delivery' }),
})
const open = onSqlite(openOver)
const openWithPayloads = onSqlite((store) => openOver({ ...store, payloads: new PayloadCache(1_000_000) }))

erasureContract('SQLite', open)
erasureContract('SQLite with payloads in memory', openWithPayloads)

describe('an erasure with payloads in memory', () => {
  const given = perTest(openWithPayloads)

  it('leaves none there from when it begins, and lets none in again', async () => {
    const { events, erasure } = given()
    const [event, other] = [anEvent(), anEvent()]
    await events.store([{ event }, { event: other }])
    const bytesToSend = async ({ id }: Event) => Buffer.from((await events.payloadToSend(id)) ?? [])
    expect(await bytesToSend(event)).toEqual(Buffer.from(event.payload))
    await erasure.begin(event.id, builtAt)
    expect(await events.payloadToSend(event.id)).toBeUndefined()
    expect(await events.payloadToSend(event.id)).toBeUndefined()
    expect(await bytesToSend(other)).toEqual(Buffer.from(other.payload))
  })

  it('finds no payload in any message', async () => {
    const { fanOutQueue, file } = given()
    const event = anEvent({ payload: Buffer.from('"nowhere but in the request"') })
    const body = { event_id: event.id, event_type: event.type, payload: inlinePayload(event.payload) }
    await fanOutQueue.send([{ id: event.id, body }])
    const bytes = Buffer.concat(['', '-wal'].map((part) => readFileSync(`${file}${part}`)))
    expect(bytes.includes(event.id)).toBe(true)
    expect(bytes.includes('nowhere but in the request')).toBe(false)
  })
})

describe('an erasure in a SQLite file', () => {
  const given = perTest(open)
  const webhook = aWebhook()
  const erase = (id: string) =>
    eraseEvent(
      {
        ...given(),
        webhooks: { get: async () => webhook },
        subscriptions: { subscribedTo: async () => [webhook] },
        now: () => builtAt,
      },
      id,
    )
  const canaryOf = ({ id }: Event) => `canary of ${id}`
  const text = (event: Event, bytes: number) => canaryOf(event).repeat(Math.ceil(bytes / 40))
  const bytesOf = ({ file }: { file: string }) =>
    Buffer.concat(['', '-wal'].map((part) => readFileSync(`${file}${part}`)))
  const fanOutOf = ({ id, type, payload }: Event) => ({
    id,
    body: { event_id: id, event_type: type, payload: inlinePayload(payload) },
  })
  const firstOf = ({ id: eventId, payload }: Event) => {
    const delivery = aDelivery({ eventId, webhookId: webhook.id })
    const body = aDeliveryMessage(delivery, { payload: inlinePayload(payload) })
    return { delivery, message: deliveryMessage(body, { webhookId: webhook.id }) }
  }
  const finishAll = async <Body>(queue: SqliteQueue<Body>) => {
    for (const batch of await queue.receive(1_000))
      await queue.finish(batch, { isDone: () => true, retryAt: builtAt })
  }

  /** Events of all sizes whose bytes have been everywhere: in messages, waiting or handled, and in answers. */
  async function lived(count: number): Promise<readonly Event[]> {
    const { events, deliveries, fanOutQueue, deliveryQueue } = given()
    const random = seededRandom(11)
    const all: Event[] = []
    for (let nth = 0; nth < count; nth++) {
      const event = anEvent({ acceptedAt: builtAt - nth })
      const bytes = Math.floor(10 ** (1 + 4.4 * random()))
      const sized = { ...event, payload: Buffer.from(JSON.stringify(text(event, bytes))) }
      all.push(sized)
      await events.store([{ event: sized }])
      await fanOutQueue.send([fanOutOf(sized)])
      if (nth % 3 > 0) await finishAll(fanOutQueue)
      const { delivery, message } = firstOf(sized)
      await deliveryQueue.send([message])
      if (nth % 4 > 0) await finishAll(deliveryQueue)
      const body = text(event, Math.min(bytes, 16_000))
      const response = { ...anAttempt().response, status: 503, headers: { 'x-canary': canaryOf(event) } }
      const attempt = anAttempt({ response: { ...response, body, bodyEncoding: 'utf8', truncated: false } })
      if (nth % 2 === 0)
        await deliveries.record({
          delivery: { ...delivery, status: 'retrying', attempts: 1, errored: true },
          attempt,
          sweepAt: null,
        })
    }
    return all
  }

  it('leaves no byte of the payload or the responses, neither in the database nor in its log', async () => {
    const all = await lived(150)
    const chosen = all.filter((_, nth) => nth % 3 === 0)
    const before = bytesOf(given())
    for (const event of all) expect(before.includes(canaryOf(event))).toBe(true)
    for (const { id } of chosen) await erase(id)
    const after = bytesOf(given())
    expect(chosen.filter((event) => after.includes(canaryOf(event))).map(({ id }) => id)).toEqual([])
    for (const event of all.filter((each) => !chosen.includes(each)))
      expect(after.includes(canaryOf(event))).toBe(true)
    expect(given().store.database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
  })

  it('takes the messages of the event off the queues, dead letters included, and no others', async () => {
    const { store, fanOutQueue, deliveryQueue } = given()
    const [event, other] = [anEvent(), anEvent()]
    for (const each of [event, other]) {
      await given().events.store([{ event: each }])
      await fanOutQueue.send([fanOutOf(each)])
      await deliveryQueue.send([firstOf(each).message])
    }
    store.database.exec(
      `insert into messages select queue || '-dead-letters', id, group_id, visible_at, receive_count, 0, sent_at, body from messages`,
    )
    await erase(event.id)
    const ids = store.database
      .prepare('select id from messages')
      .all()
      .map(({ id }) => String(id))
    expect(ids).toHaveLength(4)
    for (const id of ids) expect(id).toContain(other.id.slice(4))
  })

  it('lets no payload into a message that is sent by who was under way', async () => {
    const { fanOutQueue, deliveryQueue, file } = given()
    const event = anEvent()
    const sized = { ...event, payload: Buffer.from(JSON.stringify(canaryOf(event))) }
    await given().events.store([{ event: sized }])
    await erase(event.id)
    await fanOutQueue.send([fanOutOf(sized)])
    await deliveryQueue.send([firstOf(sized).message])
    expect(await fanOutQueue.depth()).toMatchObject({ waiting: 1 })
    expect(await deliveryQueue.depth()).toMatchObject({ waiting: 1 })
    expect(bytesOf({ file }).includes(canaryOf(event))).toBe(false)
  })

  it('says so while somebody else reads the file, and is through when asked again', async () => {
    const { file } = given()
    const event = anEvent()
    await given().events.store([{ event }])
    const backup = new DatabaseSync(file)
    backup.exec('begin; select count(*) from events')
    await expect(erase(event.id)).rejects.toThrow(Unavailable)
    expect(await given().events.payload(event.id)).toBeUndefined()
    backup.close()
    expect(await erase(event.id)).toMatchObject({ id: event.id, erasedAt: builtAt })
  })
})
