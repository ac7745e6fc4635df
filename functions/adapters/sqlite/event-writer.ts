import * as z from 'zod/mini'
import type { Event, Origin } from '../../domain/event.ts'
import { foundBy } from '../../domain/scope.ts'
import type { EventStore, StoredKey, StoreResult } from '../../use-cases/accept-events.ts'
import type { SqliteStore } from './store.ts'

const KeyRow = z.object({
  event_id: z.string(),
  body_hash: z.string(),
  expires_at: z.number(),
  fanned_out: z.number(),
})

/** Events to be stored, each with the key by which a repeat is known. */
export type NewEvents = Parameters<EventStore['store']>[0]

/** Writes new events with their idempotency keys, and finds those that are known by one. */
export class EventWriter {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
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
      touchSource: database.prepare(
        'update sources set last_event_at = ? where id = ? and coalesce(last_event_at, 0) < ?',
      ),
    }
  }

  /** What EventStore says of `store`, in the transaction of whoever calls it. */
  store(news: NewEvents): StoreResult[] {
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
    const row = this.#statements.key.get(scopedKey(origin, key), this.#store.now() - this.#store.retentionMs)
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
}

function scopedKey(origin: Origin, { key }: StoredKey): string {
  return `${origin.id}/${key}`
}
