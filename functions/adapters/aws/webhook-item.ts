import * as z from 'zod/mini'
import { parseSealed } from '../../domain/sealed.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { receiverAuthShape } from '../receiver-auth-shape.ts'
import type { Attributes } from './expressions.ts'

const sealed = z.pipe(z.string(), z.transform(parseSealed))

const Item = z.pipe(
  z.object({
    sk: z.string(),
    url: z.string(),
    description: z.string(),
    event_types: z.array(z.string()),
    scope: z.object({
      namespaceIds: z.optional(z.array(z.string())),
      batchChangeIds: z.optional(z.array(z.string())),
      repositoryIds: z.optional(z.array(z.string())),
    }),
    headers: z.record(z.string(), sealed),
    auth: z.optional(receiverAuthShape),
    secret: sealed,
    previous_secret: z.optional(z.object({ sealed, expires_at: z.number() })),
    enabled: z.boolean(),
    disabled_reason: z.nullable(z.enum(['gone', 'failing'])),
    disabled_at: z.nullable(z.number()),
    last_off: z.optional(z.nullable(z.object({ since: z.number(), until: z.number() }))),
    failures_from: z.optional(z.number()),
    warned: z.optional(z.number()),
    retry_schedule: z.optional(z.array(z.number())),
    rate_limit: z.optional(z.number()),
    retention_ms: z.optional(z.number()),
    hidden_before: z.optional(z.number()),
    version: z.number(),
    created_at: z.number(),
    updated_at: z.number(),
  }),
  z.transform(
    (item): Webhook => ({
      id: item.sk,
      url: item.url,
      description: item.description,
      eventTypes: item.event_types,
      scope: item.scope,
      headers: item.headers,
      auth: item.auth,
      secret: item.secret,
      previousSecret: item.previous_secret && {
        sealed: item.previous_secret.sealed,
        expiresAt: item.previous_secret.expires_at,
      },
      enabled: item.enabled,
      disabledReason: item.disabled_reason,
      disabledAt: item.disabled_at,
      lastOff: item.last_off ?? null,
      failuresFrom: item.failures_from ?? 0,
      warned: item.warned ?? 0,
      retrySchedule: item.retry_schedule,
      rateLimit: item.rate_limit,
      retentionMs: item.retention_ms,
      hiddenBefore: item.hidden_before,
      version: item.version,
      createdAt: item.created_at,
      updatedAt: item.updated_at,
    }),
  ),
)

/** The webhook in an item of the table. Throws when it holds none. */
export function parseWebhook(item: unknown): Webhook {
  return z.parse(Item, item)
}

/** What an item holds of a webhook beside its key. */
export function webhookAttributes(webhook: Webhook): Attributes {
  return {
    url: webhook.url,
    description: webhook.description,
    event_types: webhook.eventTypes,
    scope: webhook.scope,
    headers: webhook.headers,
    auth: webhook.auth,
    secret: webhook.secret,
    previous_secret: webhook.previousSecret && {
      sealed: webhook.previousSecret.sealed,
      expires_at: webhook.previousSecret.expiresAt,
    },
    enabled: webhook.enabled,
    disabled_reason: webhook.disabledReason,
    disabled_at: webhook.disabledAt,
    last_off: webhook.lastOff,
    failures_from: webhook.failuresFrom,
    warned: webhook.warned,
    retry_schedule: webhook.retrySchedule,
    rate_limit: webhook.rateLimit,
    retention_ms: webhook.retentionMs,
    hidden_before: webhook.hiddenBefore,
    version: webhook.version,
    created_at: webhook.createdAt,
    updated_at: webhook.updatedAt,
  }
}
