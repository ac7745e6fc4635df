import { anyEventType, type Webhook } from '../../domain/webhook.ts'
import type { WebhookFilter } from '../../use-cases/log-queries.ts'
import { putNotice } from './sqlite-notices.ts'
import type { SqliteStore } from './store.ts'
import { toWebhook, webhookColumns, webhookValues } from './webhook-row.ts'

const maxCachedTypes = 1_000

/**
 * Webhooks and their subscriptions. What deliveries need of them is kept in memory: this process is their only writer,
 * and forgets all of it at every change.
 */
export class SqliteWebhooks {
  readonly #store: SqliteStore
  readonly #statements
  #byId = new Map<string, Webhook>()
  #bySubscription = new Map<string, readonly Webhook[]>()

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    const placeholders = webhookColumns.replace(/[a-z_]+/g, '?')
    this.#statements = {
      get: database.prepare('select * from webhooks where id = ?'),
      subscribed: database.prepare(
        'select w.* from webhooks w join subscriptions s on s.webhook_id = w.id where s.event_type in (?, ?) group by w.id',
      ),
      insert: database.prepare(`insert into webhooks (id, ${webhookColumns}) values (?, ${placeholders})`),
      update: database.prepare(
        `update webhooks set (${webhookColumns}) = (${placeholders}) where id = ? and version = ?`,
      ),
      remove: database.prepare('delete from webhooks where id = ? and version = ?'),
      forgetPace: database.prepare('delete from rate_limits where webhook_id = ?'),
      forgetBreaker: database.prepare('delete from breakers where webhook_id = ?'),
      purge: database.prepare('insert or ignore into removed_webhooks (id, removed_at) values (?, ?)'),
      subscribe: database.prepare(
        'insert or ignore into subscriptions (event_type, webhook_id) values (?, ?)',
      ),
      unsubscribe: database.prepare('delete from subscriptions where webhook_id = ?'),
      disable: database.prepare(
        `update webhooks set enabled = 0, disabled_reason = ?, disabled_at = ?, updated_at = ?, version = version + 1
         where id = ? and enabled = 1`,
      ),
      notice: putNotice(store),
      list: database.prepare(
        `select * from webhooks w where id < :before and (:enabled is null or enabled = :enabled)
         and (:type is null or exists (select 1 from subscriptions s where s.webhook_id = w.id and s.event_type in (:type, '${anyEventType}')))
         order by id desc limit :limit`,
      ),
    }
  }

  async get(id: string): Promise<Webhook | undefined> {
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    const row = this.#statements.get.get(id)
    const webhook = row && toWebhook(row)
    if (webhook !== undefined) this.#byId.set(id, webhook)
    return webhook
  }

  async subscribedTo(eventType: string): Promise<readonly Webhook[]> {
    const known = this.#bySubscription.get(eventType)
    if (known !== undefined) return known
    const webhooks = this.#statements.subscribed.all(eventType, anyEventType).map(toWebhook)
    // Types are the publishers' to choose: what they make up must not fill the memory.
    if (this.#bySubscription.size >= maxCachedTypes) this.#bySubscription.clear()
    this.#bySubscription.set(eventType, webhooks)
    return webhooks
  }

  async list({ eventType, enabled, before, limit }: WebhookFilter): Promise<readonly Webhook[]> {
    const rows = this.#statements.list.all({
      before: before ?? 'whk_~',
      enabled: enabled === undefined ? null : Number(enabled),
      type: eventType ?? null,
      limit,
    })
    return rows.map(toWebhook)
  }

  async create(webhook: Webhook): Promise<void> {
    await this.#change(() => {
      this.#statements.insert.run(webhook.id, ...webhookValues(webhook))
      for (const type of webhook.eventTypes) this.#statements.subscribe.run(type, webhook.id)
    })
  }

  async replace(webhook: Webhook, expectedVersion: number): Promise<boolean> {
    return this.#change(() => {
      if (this.#statements.update.run(...webhookValues(webhook), webhook.id, expectedVersion).changes === 0)
        return false
      this.#statements.unsubscribe.run(webhook.id)
      for (const type of webhook.eventTypes) this.#statements.subscribe.run(type, webhook.id)
      return true
    })
  }

  async remove(id: string, expectedVersion: number): Promise<boolean> {
    return this.#change(() => {
      if (this.#statements.remove.run(id, expectedVersion).changes === 0) return false
      this.#statements.unsubscribe.run(id)
      this.#statements.forgetPace.run(id)
      this.#statements.forgetBreaker.run(id)
      this.#statements.purge.run(id, this.#store.now())
      return true
    })
  }

  async disable(id: string, reason: 'gone', nowMs: number): Promise<void> {
    await this.#change(() => {
      if (this.#statements.disable.run(reason, nowMs, nowMs, id).changes > 0)
        this.#statements.notice({ webhookId: id, at: nowMs, kind: reason })
    })
  }

  #change<Result>(work: () => Result): Promise<Result> {
    return this.#store.commits.write(() => {
      // Inside the transaction: no read can come between it and the change and keep what was.
      this.#byId.clear()
      this.#bySubscription.clear()
      return work()
    })
  }
}
