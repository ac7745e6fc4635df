import * as z from 'zod/mini'
import { parseSealed } from '../../domain/sealed.ts'
import { anyEventType, type Webhook } from '../../domain/webhook.ts'
import type { WebhookFilter } from '../../use-cases/log-queries.ts'
import { receiverAuthShape } from '../receiver-auth-shape.ts'
import { flagColumn, jsonColumn } from './json-column.ts'
import { putNotice } from './sqlite-notices.ts'
import type { SqliteStore } from './store.ts'

const sealedColumn = z.pipe(z.string(), z.transform(parseSealed))

const Row = z.pipe(
  z.object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    event_types: jsonColumn(z.array(z.string())),
    scope: jsonColumn(
      z.object({
        namespaceIds: z.optional(z.array(z.string())),
        batchChangeIds: z.optional(z.array(z.string())),
        repositoryIds: z.optional(z.array(z.string())),
      }),
    ),
    headers: jsonColumn(z.record(z.string(), sealedColumn)),
    auth: z.nullable(jsonColumn(receiverAuthShape)),
    secret: sealedColumn,
    previous_secret: z.nullable(sealedColumn),
    previous_secret_expires_at: z.nullable(z.number()),
    enabled: flagColumn,
    disabled_reason: z.nullable(z.enum(['gone', 'failing'])),
    disabled_at: z.nullable(z.number()),
    last_off_since: z.nullable(z.number()),
    last_off_until: z.nullable(z.number()),
    failures_from: z.number(),
    warned: z.number(),
    retry_schedule: z.nullable(jsonColumn(z.array(z.number()))),
    rate_limit: z.nullable(z.number()),
    retention_ms: z.nullable(z.number()),
    hidden_before: z.nullable(z.number()),
    version: z.number(),
    created_at: z.number(),
    updated_at: z.number(),
  }),
  z.transform(
    (row): Webhook => ({
      id: row.id,
      url: row.url,
      description: row.description,
      eventTypes: row.event_types,
      scope: row.scope,
      headers: row.headers,
      auth: row.auth ?? undefined,
      secret: row.secret,
      previousSecret:
        row.previous_secret === null || row.previous_secret_expires_at === null
          ? undefined
          : { sealed: row.previous_secret, expiresAt: row.previous_secret_expires_at },
      enabled: row.enabled,
      disabledReason: row.disabled_reason,
      disabledAt: row.disabled_at,
      lastOff:
        row.last_off_since === null || row.last_off_until === null
          ? null
          : { since: row.last_off_since, until: row.last_off_until },
      failuresFrom: row.failures_from,
      warned: row.warned,
      retrySchedule: row.retry_schedule ?? undefined,
      rateLimit: row.rate_limit ?? undefined,
      retentionMs: row.retention_ms ?? undefined,
      hiddenBefore: row.hidden_before ?? undefined,
      version: row.version,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }),
  ),
)

const columns =
  'url, description, event_types, scope, headers, auth, secret, previous_secret, previous_secret_expires_at, enabled, disabled_reason, disabled_at, last_off_since, last_off_until, failures_from, warned, retry_schedule, rate_limit, retention_ms, hidden_before, version, created_at, updated_at'

function columnValues(webhook: Webhook) {
  return [
    webhook.url,
    webhook.description,
    JSON.stringify(webhook.eventTypes),
    JSON.stringify(webhook.scope),
    JSON.stringify(webhook.headers),
    webhook.auth === undefined ? null : JSON.stringify(webhook.auth),
    webhook.secret,
    webhook.previousSecret?.sealed ?? null,
    webhook.previousSecret?.expiresAt ?? null,
    webhook.enabled ? 1 : 0,
    webhook.disabledReason,
    webhook.disabledAt,
    webhook.lastOff?.since ?? null,
    webhook.lastOff?.until ?? null,
    webhook.failuresFrom,
    webhook.warned,
    webhook.retrySchedule === undefined ? null : JSON.stringify(webhook.retrySchedule),
    webhook.rateLimit ?? null,
    webhook.retentionMs ?? null,
    webhook.hiddenBefore ?? null,
    webhook.version,
    webhook.createdAt,
    webhook.updatedAt,
  ]
}

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
    const placeholders = columns.replace(/[a-z_]+/g, '?')
    this.#statements = {
      get: database.prepare('select * from webhooks where id = ?'),
      subscribed: database.prepare(
        'select w.* from webhooks w join subscriptions s on s.webhook_id = w.id where s.event_type in (?, ?) group by w.id',
      ),
      insert: database.prepare(`insert into webhooks (id, ${columns}) values (?, ${placeholders})`),
      update: database.prepare(
        `update webhooks set (${columns}) = (${placeholders}) where id = ? and version = ?`,
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
    const webhook = row && z.parse(Row, row)
    if (webhook !== undefined) this.#byId.set(id, webhook)
    return webhook
  }

  async subscribedTo(eventType: string): Promise<readonly Webhook[]> {
    const known = this.#bySubscription.get(eventType)
    if (known !== undefined) return known
    const webhooks = this.#statements.subscribed.all(eventType, anyEventType).map((row) => z.parse(Row, row))
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
    return rows.map((row) => z.parse(Row, row))
  }

  async create(webhook: Webhook): Promise<void> {
    await this.#change(() => {
      this.#statements.insert.run(webhook.id, ...columnValues(webhook))
      for (const type of webhook.eventTypes) this.#statements.subscribe.run(type, webhook.id)
    })
  }

  async replace(webhook: Webhook, expectedVersion: number): Promise<boolean> {
    return this.#change(() => {
      if (this.#statements.update.run(...columnValues(webhook), webhook.id, expectedVersion).changes === 0)
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
