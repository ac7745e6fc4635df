import { countsKeptMs } from '../../domain/failing.ts'
import { firstEventIdAt, firstReplayIdAt } from '../../domain/ids.ts'
import { hourMs } from './sqlite-deliveries.ts'
import type { SqliteStore } from './store.ts'

const batchSize = 200
// An attempt that was under way when its webhook was removed is logged afterwards.
const lateRowsMs = 3_600_000

/**
 * Deletes what has expired, and the logs of webhooks that were removed, a small batch a call so that no request waits
 * behind it. A delivery that is not over stays until it is.
 */
export class SqliteExpiry {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    const attempts = 'delete from attempts where delivery_id in (select id from expiring)'
    this.#statements = {
      collect: database.prepare(
        `insert into expiring select id from deliveries where webhook_id = ? and created_at <= ?
         and status in ('delivered', 'exhausted', 'cancelled') order by created_at limit ${batchSize}`,
      ),
      collectRemoved: database.prepare(
        `insert into expiring select id from deliveries where webhook_id = ? limit ${batchSize}`,
      ),
      attempts: database.prepare(attempts),
      deliveries: database.prepare('delete from deliveries where id in (select id from expiring)'),
      clear: database.prepare('delete from expiring'),
      webhooks: database.prepare(
        `select id, cutoff from (select id, max(?, ? - coalesce(retention_ms, 9e15), coalesce(hidden_before, 0)) cutoff from webhooks) w
         where exists (select 1 from deliveries d where d.webhook_id = w.id and d.created_at <= cutoff
         and d.status in ('delivered', 'exhausted', 'cancelled'))`,
      ),
      removed: database.prepare('select id from removed_webhooks'),
      forgetRemoved: database.prepare('delete from removed_webhooks where id = ? and removed_at <= ?'),
      forgetCounters: database.prepare('delete from hourly_counters where webhook_id = ?'),
      expiredEvents: database.prepare(
        `select id from events e where id < ? and not exists (select 1 from deliveries d where d.id > 'dlv_' || substr(e.id, 5)
         and d.id < 'dlv_' || substr(e.id, 5) || '~' and d.status in ('pending', 'retrying')) order by id limit ${batchSize}`,
      ),
      event: database.prepare('delete from events where id = ?'),
      fanOut: database.prepare('delete from fan_outs where event_id = ?'),
      forgetErasures: database.prepare(
        `delete from erasures as e where not exists (select 1 from events where id = e.event_id)
         and not exists (select 1 from deliveries d where d.id > 'dlv_' || substr(e.event_id, 5)
         and d.id < 'dlv_' || substr(e.event_id, 5) || '~')`,
      ),
      keys: database.prepare(
        `delete from idempotency_keys where key in (select key from idempotency_keys where expires_at <= ? limit ${batchSize})`,
      ),
      replays: database.prepare("delete from replays where id < ? and status <> 'running'"),
      forgetReplays: database.prepare('delete from replays where webhook_id = ?'),
      counters: database.prepare('delete from hourly_counters where webhook_id = ? and hour < ?'),
    }
  }

  /** Makes the table that a batch is gathered in; it lives in memory. Call it before the constructor. */
  static prepare({ database }: SqliteStore): void {
    database.exec('create temp table if not exists expiring (id text primary key) without rowid')
  }

  /** Deletes one batch of everything; returns how many rows of the log went, so that a caller knows if there is more. */
  async deleteBatch(): Promise<number> {
    const nowMs = this.#store.now()
    const cutoff = nowMs - this.#store.retentionMs
    let deleted = 0
    for (const row of this.#statements.webhooks.all(cutoff, nowMs))
      deleted += await this.#deleteDeliveries(String(row.id), Number(row.cutoff))
    for (const { id } of ids(this.#statements.removed.all())) deleted += await this.#deleteRemoved(id)
    return deleted + (await this.#deleteEvents(cutoff))
  }

  #deleteDeliveries(webhookId: string, cutoff: number): Promise<number> {
    const countedSince = Math.min(cutoff, this.#store.now() - countsKeptMs)
    return this.#store.commits.write(() => {
      this.#statements.counters.run(webhookId, Math.floor(countedSince / hourMs))
      this.#statements.collect.run(webhookId, cutoff)
      return this.#deleteCollected()
    })
  }

  #deleteRemoved(webhookId: string): Promise<number> {
    return this.#store.commits.write(() => {
      this.#statements.collectRemoved.run(webhookId)
      const deleted = this.#deleteCollected()
      if (deleted < batchSize) {
        this.#statements.forgetCounters.run(webhookId)
        this.#statements.forgetReplays.run(webhookId)
        this.#statements.forgetRemoved.run(webhookId, this.#store.now() - lateRowsMs)
      }
      return deleted
    })
  }

  #deleteCollected(): number {
    this.#statements.attempts.run()
    const deleted = Number(this.#statements.deliveries.run().changes)
    this.#statements.clear.run()
    return deleted
  }

  #deleteEvents(cutoff: number): Promise<number> {
    return this.#store.commits.write(() => {
      const expired = ids(this.#statements.expiredEvents.all(firstEventIdAt(cutoff)))
      for (const { id } of expired) {
        this.#statements.event.run(id)
        this.#statements.fanOut.run(id)
      }
      this.#statements.forgetErasures.run()
      this.#statements.replays.run(firstReplayIdAt(cutoff))
      const keys = Number(this.#statements.keys.run(this.#store.now()).changes)
      return Math.max(expired.length, keys)
    })
  }
}

function ids(rows: readonly Record<string, unknown>[]): { id: string }[] {
  return rows.map((row) => ({ id: String(row.id) }))
}
