import * as z from 'zod/mini'
import { parseSealed } from '../../domain/sealed.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { receiverAuthShape } from '../receiver-auth-shape.ts'
import { flagColumn, jsonColumn } from './json-column.ts'

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

/** The columns of the table beside the id, in the order of `webhookValues`. */
export const webhookColumns =
  'url, description, event_types, scope, headers, auth, secret, previous_secret, previous_secret_expires_at, enabled, disabled_reason, disabled_at, last_off_since, last_off_until, failures_from, warned, retry_schedule, rate_limit, retention_ms, hidden_before, version, created_at, updated_at'

/** What the columns hold of a webhook. */
export function webhookValues(webhook: Webhook) {
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

/** The webhook in a row of the table. */
export function toWebhook(row: unknown): Webhook {
  return z.parse(Row, row)
}
