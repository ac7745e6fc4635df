import * as z from 'zod/mini'
import { Unavailable } from '../../domain/errors.ts'
import type { Event, FanOut, Origin } from '../../domain/event.ts'
import { firstEventIdAt } from '../../domain/ids.ts'
import { foundBy } from '../../domain/scope.ts'
import type { EventStore, StoredKey, StoreResult } from '../../use-cases/accept-events.ts'
import type { EventFilter, EventSummary, Page } from '../../use-cases/log-queries.ts'
import { bytesColumn, jsonColumn } from './json-column.ts'
import type { SqliteStore } from './store.ts'

const KeyRow = z.object({
  event_id: z.string(),
  body_hash: z.string(),
  expires_at: z.number(),
  fanned_out: z.number(),
})
const PayloadRow = z.object({ payload: bytesColumn })
const ids = jsonColumn(z.array(z.string()))
const FanOutRow = z.object({ at: z.number(), webhook_ids: ids, missed_by: ids })
const EventRow = z.object({
  id: z.string(),
  type: z.string(),
  origin_kind: z.enum(['source', 'token', 'test', 'service']),
  origin_id: z.string(),
  accepted_at: z.number(),
  payload_bytes: z.number(),
  batch_changes: z.nullable(ids),
  at: z.nullable(z.number()),
  webhook_ids: z.nullable(ids),
  missed_by: z.nullable(ids),
  erased_at: z.nullable(z.number()),
})

/** Most rows that one page looks at before it answers with what it has. */
const maxScannedRows = 5_000

export class SqliteEvents implements EventStore {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    const summary = `select e.id, e.type, e.origin_kind, e.origin_id, e.accepted_at, length(e.payload) payload_bytes,
      e.batch_changes, f.at, f.webhook_ids, f.missed_by, (select erased_at from erasures where event_id = e.id) erased_at from`
    this.#statements = {
      key: database.prepare(
        `select k.event_id, k.body_hash, k.expires_at, f.event_id is not null fanned_out
         from idempotency_keys k join events e on e.id = k.event_id left join fan_outs f on f.event_id = k.event_id
         where k.key = ? and e.accepted_at > ?`,
      ),
      keepKey: database.prepare(
        'insert or replace into idempotency_keys (key, event_id, body_hash, expires_at) values (?, ?, ?, ?)',
      ),
      insert: database.prepare(
        'insert into events (id, type, origin_kind, origin_id, accepted_at, payload, batch_changes) values (?, ?, ?, ?, ?, ?, ?)',
      ),
      payload: database.prepare(
        `select payload from events where id = ? and accepted_at > ?
         and not exists (select 1 from erasures where event_id = events.id)`,
      ),
      isErased: database.prepare('select 1 from erasures where event_id = ?'),
      fanOut: database.prepare('select at, webhook_ids, missed_by from fan_outs where event_id = ?'),
      keepFanOut: database.prepare(
        'insert or ignore into fan_outs (event_id, at, webhook_ids, missed_by) values (?, ?, ?, ?)',
      ),
      touchSource: database.prepare(
        'update sources set last_event_at = ? where id = ? and coalesce(last_event_at, 0) < ?',
      ),
      get: database.prepare(
        `${summary} events e left join fan_outs f on f.event_id = e.id where e.id = ? and e.accepted_at > ?`,
      ),
      list: database.prepare(
        `${summary} (select * from events where id >= :from and id < :before order by id desc limit ${maxScannedRows}) e
         left join fan_outs f on f.event_id = e.id where (:type is null or e.type = :type)
         and (:batchChange is null or (exists (select 1 from json_each(e.batch_changes) where value = :batchChange)
           and not exists (select 1 from erasures where event_id = e.id))) order by e.id desc limit :limit`,
      ),
      between: database.prepare(
        `${summary} (select * from events where id > ? and id < ? order by id limit ?) e
         left join fan_outs f on f.event_id = e.id order by e.id`,
      ),
      bound: database.prepare(
        `select id from events where id >= ? and id < ? order by id desc limit 1 offset ${maxScannedRows - 1}`,
      ),
    }
  }

  async store(
    news: readonly { readonly event: Event; readonly key?: StoredKey | undefined }[],
  ): Promise<readonly StoreResult[]> {
    return orUnavailable(this.#store.commits.write(() => this.#storeAll(news)))
  }

  /**
   * As `store`, but new events are durable only together with the next thing that is written: for whoever queues them
   * before anybody is told.
   */
  async storeAhead(...[news]: Parameters<EventStore['store']>): Promise<readonly StoreResult[]> {
    const { commits } = this.#store
    const results = await orUnavailable(commits.writeAhead(() => this.#storeAll(news)))
    // Of what was known already there may be nothing to queue.
    if (results.some(({ kind }) => kind !== 'stored')) await orUnavailable(commits.write(() => {}))
    return results
  }

  #storeAll(news: readonly { readonly event: Event; readonly key?: StoredKey | undefined }[]): StoreResult[] {
    const hashes = new Map(news.map(({ event, key }) => [key && scopedKey(event.origin, key), key?.bodyHash]))
    const known = news.map(({ event, key }): StoreResult | undefined => {
      if (key === undefined) return undefined
      const sameRequest = hashes.get(scopedKey(event.origin, key)) !== key.bodyHash
      return sameRequest
        ? { kind: 'conflict', eventId: 'another event of this request' }
        : this.#knownAs(event, key)
    })
    if (known.some((result) => result?.kind === 'conflict'))
      return known.map((result) => result ?? { kind: 'stored' })
    return news.map(({ event, key }) => {
      // Looked up again: an earlier one of this very request may have taken the key.
      const result = key && this.#knownAs(event, key)
      if (result !== undefined) return result
      this.#insert(event, key)
      return { kind: 'stored' }
    })
  }

  #knownAs({ origin, acceptedAt }: Event, key: StoredKey): StoreResult | undefined {
    // A key whose event has expired is free again: what came of that event is not known any more.
    const row = this.#statements.key.get(scopedKey(origin, key), this.#shownSince())
    if (row === undefined) return undefined
    const known = z.parse(KeyRow, row)
    if (known.expires_at <= acceptedAt) return undefined
    if (known.body_hash !== key.bodyHash) return { kind: 'conflict', eventId: known.event_id }
    return { kind: 'duplicate', eventId: known.event_id, fannedOut: known.fanned_out === 1 }
  }

  #insert({ id, type, payload, origin, acceptedAt }: Event, key: StoredKey | undefined): void {
    const batchChanges = foundBy(type, payload)
    const columns = [id, type, origin.kind, origin.id, acceptedAt, payload]
    this.#statements.insert.run(...columns, batchChanges.length === 0 ? null : JSON.stringify(batchChanges))
    this.#store.payloads?.set(id, payload)
    if (key !== undefined)
      this.#statements.keepKey.run(scopedKey(origin, key), id, key.bodyHash, acceptedAt + key.windowMs)
    if (origin.kind === 'source') {
      const minute = acceptedAt - (acceptedAt % 60_000)
      this.#statements.touchSource.run(minute, origin.id, minute)
    }
  }

  async payload(eventId: string): Promise<Uint8Array | undefined> {
    const row = this.#statements.payload.get(eventId, this.#shownSince())
    return row && z.parse(PayloadRow, row).payload
  }

  /** The payload for who sends it: for as long as there are deliveries that are not over, also past its retention. */
  async payloadToSend(eventId: string): Promise<Uint8Array | undefined> {
    const known = this.#store.payloads?.get(eventId)
    if (known !== undefined) return known
    const row = this.#statements.payload.get(eventId, 0)
    const payload = row && z.parse(PayloadRow, row).payload
    if (payload !== undefined) this.#store.payloads?.set(eventId, payload)
    return payload
  }

  async fanOutOf(eventId: string): Promise<FanOut | undefined> {
    const row = this.#statements.fanOut.get(eventId)
    if (row === undefined) return undefined
    const { at, webhook_ids, missed_by } = z.parse(FanOutRow, row)
    return { at, webhookIds: webhook_ids, missedBy: missed_by }
  }

  /** False when one is recorded already. */
  async recordFanOut(eventId: string, { at, webhookIds, missedBy }: FanOut): Promise<boolean> {
    const { changes } = await this.#store.commits.writeInCompany(() =>
      this.#statements.keepFanOut.run(eventId, at, JSON.stringify(webhookIds), JSON.stringify(missedBy)),
    )
    return changes > 0
  }

  async erased(eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(eventIds.filter((id) => this.#statements.isErased.get(id) !== undefined))
  }

  async get(eventId: string): Promise<EventSummary | undefined> {
    const row = this.#statements.get.get(eventId, this.#shownSince())
    return row && toSummary(row)
  }

  /** Oldest first, expired or not: for the audit. */
  async acceptedBetween({ after, before, limit }: { after: string; before: string; limit: number }) {
    return this.#statements.between.all(after, before, limit).map(toSummary)
  }

  /** Those of the events that are there, in no order. */
  async summaries(eventIds: readonly string[]): Promise<readonly EventSummary[]> {
    const found = await Promise.all(eventIds.map((id) => this.get(id)))
    return found.filter((event) => event !== undefined)
  }

  async list({ type, batchChangeId, from, to, before, limit }: EventFilter): Promise<Page<EventSummary>> {
    const oldest = firstEventIdAt(Math.max(this.#shownSince() + 1, from ?? 0))
    const newest = to === undefined ? 'evt_~' : firstEventIdAt(to + 1)
    const end = before !== undefined && before < newest ? before : newest
    const items = this.#statements.list
      .all({ from: oldest, before: end, type: type ?? null, batchChange: batchChangeId ?? null, limit })
      .map(toSummary)
    if (items.length === limit) return { items, next: items.at(-1)?.id }
    const bound = this.#statements.bound.get(oldest, end)
    return { items, next: bound === undefined ? undefined : String(bound.id) }
  }

  #shownSince(): number {
    return this.#store.now() - this.#store.retentionMs
  }
}

async function orUnavailable<Result>(written: Promise<Result>): Promise<Result> {
  try {
    return await written
  } catch (cause) {
    throw new Unavailable('The event could not be stored. Send the same request again.', { cause })
  }
}

function scopedKey(origin: Origin, { key }: StoredKey): string {
  return `${origin.id}/${key}`
}

function toSummary(row: unknown): EventSummary {
  const event = z.parse(EventRow, row)
  const { at, webhook_ids: webhookIds, missed_by: missedBy } = event
  return {
    id: event.id,
    type: event.type,
    origin: { kind: event.origin_kind, id: event.origin_id },
    acceptedAt: event.accepted_at,
    payloadBytes: event.payload_bytes,
    batchChangeIds: event.erased_at === null ? (event.batch_changes ?? []) : [],
    fanOut:
      at === null || webhookIds === null || missedBy === null ? undefined : { at, webhookIds, missedBy },
    erasedAt: event.erased_at,
  }
}
