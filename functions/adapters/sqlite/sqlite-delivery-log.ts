import * as z from 'zod/mini'
import type { Attempt, Delivery } from '../../domain/delivery.ts'
import { type HourOfAttempts, hourMs } from '../../domain/failing.ts'
import type { DeliveryFilter, Page, WebhookStats } from '../../use-cases/log-queries.ts'
import { toAttempt } from './attempt-row.ts'
import { toHour } from './hour-row.ts'
import { deliveryColumns, toDelivery } from './sqlite-deliveries.ts'
import type { SqliteStore } from './store.ts'

/** Most rows that one page looks at before it answers with what it has: some milliseconds' worth. */
const maxScannedRows = 2_000
const Place = z.object({ created_at: z.number(), id: z.string() })

/** Reads the log for people: what has expired is not there, and no page costs more than a bounded scan. */
export class SqliteDeliveryLog {
  readonly #store: SqliteStore
  readonly #pages: { readonly all: PageStatements; readonly errored: PageStatements }
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    this.#pages = { all: pageStatements(store, ''), errored: pageStatements(store, 'and errored = 1') }
    this.#statements = {
      get: database.prepare(`select ${deliveryColumns} from deliveries where id = ? and created_at > ?`),
      attempts: database.prepare('select * from attempts where delivery_id = ? order by number, sent_at'),
      byEvent: database.prepare(
        `select ${deliveryColumns} from deliveries where id >= ? and id < ? order by created_at, id limit 10000`,
      ),
      stats: database.prepare(
        'select coalesce(sum(total), 0) total, coalesce(sum(errored), 0) errored from hourly_counters where webhook_id = ? and hour >= ?',
      ),
      hours: database.prepare(
        'select hour, total, errored from hourly_counters where webhook_id = ? and hour >= ?',
      ),
    }
  }

  async get(id: string): Promise<Delivery | undefined> {
    const row = this.#statements.get.get(id, this.#shownSince())
    return row && toDelivery(row)
  }

  /** A delivery's attempts, oldest first. */
  async attempts(deliveryId: string): Promise<readonly Attempt[]> {
    return this.#statements.attempts.all(deliveryId).map(toAttempt)
  }

  /** An event's deliveries that have been attempted or ended, oldest first, at most 10,000. */
  async ofEvent(eventId: string): Promise<readonly Delivery[]> {
    const prefix = `dlv_${eventId.slice(4)}`
    return this.#statements.byEvent.all(prefix, `${prefix}~`).map(toDelivery)
  }

  async ofWebhook(filter: DeliveryFilter): Promise<Page<Delivery>> {
    const { statuses, erroredOnly, limit } = filter
    // Retrying and exhausted deliveries have failed before, so the small index of failures has them all.
    const failuresOnly =
      erroredOnly === true || statuses?.every((status) => status === 'retrying' || status === 'exhausted')
    const { page, bound } = failuresOnly === true ? this.#pages.errored : this.#pages.all
    const range = this.#range(filter)
    const items = page
      .all({
        ...range,
        type: filter.eventType ?? null,
        statuses: statuses === undefined ? null : JSON.stringify(statuses),
        limit,
      })
      .map(toDelivery)
    if (items.length === limit) return { items, next: positionOf(items.at(-1)) }
    const last = bound.get(range)
    if (last === undefined) return { items, next: undefined }
    const { created_at: createdAt, id } = z.parse(Place, last)
    return { items, next: positionOf({ createdAt, id }) }
  }

  async stats(webhookId: string, from = 0): Promise<WebhookStats> {
    const row = this.#statements.stats.get(webhookId, this.#firstHour(from))
    return z.parse(z.object({ total: z.number(), errored: z.number() }), row)
  }

  async hours(webhookId: string, from: number): Promise<readonly HourOfAttempts[]> {
    return this.#statements.hours.all(webhookId, this.#firstHour(from)).map(toHour)
  }

  #firstHour(from: number): number {
    return Math.floor(Math.max(from, this.#shownSince()) / hourMs)
  }

  #range({ webhookId, from, to, after }: DeliveryFilter) {
    const [time, id] = after?.split('/') ?? []
    const newest = Math.min(
      to ?? Number.MAX_SAFE_INTEGER,
      time === undefined ? Number.MAX_SAFE_INTEGER : Number(time),
    )
    const isWithin = time !== undefined && Number(time) === newest
    return {
      webhook: webhookId,
      from: Math.max(from ?? 0, this.#shownSince() + 1),
      to: newest,
      id: isWithin ? (id ?? '') : 'dlv_~',
    }
  }

  #shownSince(): number {
    return this.#store.now() - this.#store.retentionMs
  }
}

type PageStatements = ReturnType<typeof pageStatements>

function pageStatements({ database }: SqliteStore, only: string) {
  const scan = `from deliveries where webhook_id = :webhook ${only} and created_at >= :from
    and (created_at, id) < (:to, :id) order by created_at desc, id desc`
  return {
    page: database.prepare(
      `select ${deliveryColumns} from (select * ${scan} limit ${maxScannedRows}) deliveries where (:type is null or event_type = :type)
       and (:statuses is null or status in (select value from json_each(:statuses))) limit :limit`,
    ),
    // These two are in the index, so that no row is looked up on the way there.
    bound: database.prepare(`select created_at, id ${scan} limit 1 offset ${maxScannedRows - 1}`),
  }
}

function positionOf(delivery: Pick<Delivery, 'createdAt' | 'id'> | undefined): string | undefined {
  return delivery && `${delivery.createdAt}/${delivery.id}`
}
