import * as z from 'zod/mini'
import { type Attempt, type Delivery, withoutResponse } from '../../domain/delivery.ts'
import { deliveryId } from '../../domain/ids.ts'
import type { DeliveryLog, LogEntry } from '../../use-cases/attempt-delivery.ts'
import type { SweepDeliveries } from '../../use-cases/sweep-deliveries.ts'
import { flagColumn } from './json-column.ts'
import type { SqliteStore } from './store.ts'

const Row = z.pipe(
  z.object({
    id: z.string(),
    event_id: z.string(),
    webhook_id: z.string(),
    event_type: z.string(),
    trigger: z.enum(['event', 'redelivery', 'replay', 'test']),
    status: z.enum(['pending', 'retrying', 'delivered', 'exhausted', 'cancelled']),
    attempts: z.number(),
    created_at: z.number(),
    updated_at: z.number(),
    next_attempt_at: z.nullable(z.number()),
    last_status: z.nullable(z.number()),
    last_duration_ms: z.nullable(z.number()),
    last_error: z.nullable(z.string()),
    errored: flagColumn,
    erased_at: z.nullable(z.number()),
  }),
  z.transform(
    (row): Delivery => ({
      id: row.id,
      eventId: row.event_id,
      webhookId: row.webhook_id,
      eventType: row.event_type,
      trigger: row.trigger,
      status: row.status,
      attempts: row.attempts,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      nextAttemptAt: row.next_attempt_at,
      lastStatus: row.last_status,
      lastDurationMs: row.last_duration_ms,
      lastError: row.last_error,
      errored: row.errored,
      erasedAt: row.erased_at,
    }),
  ),
)

/** What a query of deliveries selects. */
export const deliveryColumns =
  '*, (select erased_at from erasures where event_id = deliveries.event_id) erased_at'

/** A row of the table, with `deliveryColumns`, as a delivery. */
export function toDelivery(row: unknown): Delivery {
  return z.parse(Row, row)
}

export const hourMs = 3_600_000

/** Writes the log and keeps the due index; `SqliteDeliveryLog` reads the log for people. */
export class SqliteDeliveries implements DeliveryLog {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    this.#statements = {
      find: database.prepare(`select ${deliveryColumns} from deliveries where id = ?`),
      isErased: database.prepare('select 1 from erasures where event_id = ?'),
      isRecorded: database.prepare('select 1 from deliveries where id = ?'),
      // A later state is never overwritten by an earlier one that comes late.
      put: database.prepare(
        `insert into deliveries (id, event_id, webhook_id, event_type, "trigger", status, attempts, created_at, updated_at,
           next_attempt_at, last_status, last_duration_ms, last_error, errored, sweep_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (id) do update set status = excluded.status, attempts = excluded.attempts, updated_at = excluded.updated_at,
           next_attempt_at = excluded.next_attempt_at, last_status = excluded.last_status,
           last_duration_ms = excluded.last_duration_ms, last_error = excluded.last_error, errored = excluded.errored, sweep_at = excluded.sweep_at
         where excluded.attempts >= attempts and status in ('pending', 'retrying')`,
      ),
      putAttempt: database.prepare(
        `insert or ignore into attempts (delivery_id, number, sent_at, duration_ms, url, request_headers, response, error)
         values (?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      count: database.prepare(
        `insert into hourly_counters (webhook_id, hour, total, errored) values (?, ?, 1, ?)
         on conflict (webhook_id, hour) do update set total = total + 1, errored = errored + excluded.errored`,
      ),
      due: database.prepare(
        `select ${deliveryColumns} from deliveries where sweep_at <= ? order by sweep_at limit ?`,
      ),
      setSweepAt: database.prepare(
        'update deliveries set sweep_at = ? where id = ? and sweep_at is not null',
      ),
      eventsToMend: database.prepare(
        `select distinct event_id from deliveries where webhook_id = ? and errored = 1 and event_id > ? and event_id < ?
         order by event_id limit ?`,
      ),
      ofEventTo: database.prepare(`select ${deliveryColumns} from deliveries where id >= ? and id < ?`),
    }
  }

  async find(id: string): Promise<Delivery | undefined> {
    const row = this.#statements.find.get(id)
    return row && toDelivery(row)
  }

  async record({ delivery, attempt, sweepAt }: LogEntry): Promise<void> {
    await this.#store.commits.writeInCompany(() => {
      this.#put(delivery, sweepAt)
      if (attempt !== undefined) this.#putAttempt(delivery, attempt)
    })
  }

  /** As the audit wants it: see AuditEvents. */
  async recorded(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(ids.filter((id) => this.#statements.isRecorded.get(id) !== undefined))
  }

  /** As the sweep wants it: see SweepDeliveries. */
  async due(nowMs: number, limit: number): ReturnType<SweepDeliveries['deliveries']['due']> {
    return this.#statements.due.all(nowMs, limit).map(toDelivery)
  }

  async setSweepAt(id: string, at: number): Promise<void> {
    await this.#store.commits.write(() => this.#statements.setSweepAt.run(at, id))
  }

  /** As a replay wants it: see LookThrough. */
  async eventsToMend(
    webhookId: string,
    { after, before, limit }: { after: string; before: string; limit: number },
  ): Promise<readonly string[]> {
    const rows = this.#statements.eventsToMend.all(webhookId, after, before, limit)
    return rows.map(({ event_id: id }) => String(id))
  }

  /** As a replay wants it: see LookThrough. */
  async ofEventsTo(webhookId: string, eventIds: readonly string[]): Promise<readonly Delivery[]> {
    return eventIds.flatMap((eventId) => {
      const id = deliveryId({ eventId, webhookId })
      return this.#statements.ofEventTo.all(id, `${id}~`).map(toDelivery)
    })
  }

  #put(delivery: Delivery, sweepAt: number | null): void {
    this.#statements.put.run(
      delivery.id,
      delivery.eventId,
      delivery.webhookId,
      delivery.eventType,
      delivery.trigger,
      delivery.status,
      delivery.attempts,
      delivery.createdAt,
      delivery.updatedAt,
      delivery.nextAttemptAt,
      delivery.lastStatus,
      delivery.lastDurationMs,
      delivery.lastError,
      Number(delivery.errored),
      sweepAt,
    )
  }

  #putAttempt({ id, eventId, webhookId }: Delivery, attempt: Attempt): void {
    const isErased = this.#statements.isErased.get(eventId) !== undefined
    const { number, sentAt, durationMs, request, response, error } = isErased
      ? withoutResponse(attempt)
      : attempt
    this.#statements.putAttempt.run(
      id,
      number,
      sentAt,
      durationMs,
      request.url,
      JSON.stringify(request.headers),
      response && JSON.stringify(response),
      error,
    )
    this.#statements.count.run(webhookId, Math.floor(sentAt / hourMs), error === null ? 0 : 1)
  }
}
