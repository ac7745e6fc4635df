import * as z from 'zod/mini'
import { Unavailable } from '../../domain/errors.ts'
import type { FanOut } from '../../domain/event.ts'
import { firstEventIdAt } from '../../domain/ids.ts'
import type { EventStore, StoreResult } from '../../use-cases/accept-events.ts'
import type { EventFilter, EventSummary, Page } from '../../use-cases/log-queries.ts'
import { idsColumn, summaryColumns, toSummary } from './event-row.ts'
import { EventWriter, type NewEvents } from './event-writer.ts'
import { bytesColumn } from './json-column.ts'
import type { SqliteStore } from './store.ts'

const PayloadRow = z.object({ payload: bytesColumn })
const FanOutRow = z.object({ at: z.number(), webhook_ids: idsColumn, missed_by: idsColumn })

/** Most rows that one page looks at before it answers with what it has; few, because payloads lie between them. */
const maxScannedRows = 1_000

export class SqliteEvents implements EventStore {
  readonly #store: SqliteStore
  readonly #writer: EventWriter
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    this.#writer = new EventWriter(store)
    const { database } = store
    const summary = `select ${summaryColumns} from`
    this.#statements = {
      payload: database.prepare(
        `select payload from events where id = ? and accepted_at > ?
         and not exists (select 1 from erasures where event_id = events.id)`,
      ),
      isErased: database.prepare('select 1 from erasures where event_id = ?'),
      fanOut: database.prepare('select at, webhook_ids, missed_by from fan_outs where event_id = ?'),
      keepFanOut: database.prepare(
        'insert or ignore into fan_outs (event_id, at, webhook_ids, missed_by) values (?, ?, ?, ?)',
      ),
      get: database.prepare(
        `${summary} events e left join fan_outs f on f.event_id = e.id where e.id = ? and e.accepted_at > ?`,
      ),
      // Only of events of the wanted type is more read than what stands before the payload.
      list: database.prepare(
        `${summary} (select id, type from events where id >= :from and id < :before order by id desc limit ${maxScannedRows}) s
         cross join events e on e.id = s.id left join fan_outs f on f.event_id = e.id where (:type is null or s.type = :type)
         and (:batchChange is null or (exists (select 1 from json_each(e.batch_changes) where value = :batchChange)
           and not exists (select 1 from erasures where event_id = e.id))) order by s.id desc limit :limit`,
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

  async store(news: NewEvents): Promise<readonly StoreResult[]> {
    return orUnavailable(this.#store.commits.write(() => this.#writer.store(news)))
  }

  /**
   * As `store`, but new events are durable only together with the next thing that is written: for whoever queues them
   * before anybody is told.
   */
  async storeAhead(news: NewEvents): Promise<readonly StoreResult[]> {
    const { commits } = this.#store
    const results = await orUnavailable(commits.writeAhead(() => this.#writer.store(news)))
    // Of what was known already there may be nothing to queue.
    if (results.some(({ kind }) => kind !== 'stored')) await orUnavailable(commits.write(() => {}))
    return results
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
