import * as z from 'zod'
import type { Breaker } from '../../domain/breaker.ts'
import { formatDuration } from '../../domain/duration.ts'
import { authorizationHeader } from '../../domain/receiver-auth.ts'
import { formatRetrySchedule } from '../../domain/retry-schedule.ts'
import { previousSecretAt, type Webhook } from '../../domain/webhook.ts'
import type { WebhookStats } from '../../use-cases/log-queries.ts'
import { Count, isoTime, isoTimeOrNull, Time, WebhookId } from './fields.ts'
import { ReceiverAuthResource } from './receiver-auth.ts'
import { ScopeResource, toScopeResource } from './scope.ts'

import { exampleTypes, exampleUrl } from './webhook.ts'

export const BreakerResource = z
  .object({
    state: z.enum(['open', 'slow']).meta({
      description:
        'open: the receiver fails or does not answer, so deliveries are put off while single ones probe it; slow: it takes long to answer, so deliveries go at a pace that it can keep',
    }),
    since: Time,
    next_probe_at: Time.nullable().meta({
      description: 'From when on the next delivery that is due probes it; null while one does, and for slow',
    }),
  })
  .meta({ id: 'Breaker' })

export const DisabledReasonField = z.enum(['gone', 'failing']).nullable().meta({
  description:
    'Why the service turned it off: gone, the receiver answered 410; failing, it had nothing but failures for too long. null when an admin did',
})

/** A webhook as the API shows it: neither its secret nor its headers' values. */
export const WebhookResource = z
  .object({
    id: WebhookId,
    url: z.string().meta({ example: exampleUrl }),
    description: z.string().meta({ example: 'Closes the ticket' }),
    event_types: z.array(z.string()).meta({ example: exampleTypes }),
    scope: ScopeResource,
    header_names: z.array(z.string()).meta({
      description: 'Names of the extra headers; their values are never shown',
      example: ['Authorization'],
    }),
    auth: ReceiverAuthResource.nullable().meta({
      description: 'How it shows the receiver who it is; null: not, or by a header of its own',
      example: null,
    }),
    previous_secret_expires_at: Time.nullable().meta({
      description:
        'Until then the secret before the last rotation signs too, and alone signs X-Sourcegraph-Webhook-Signature. null: one secret signs',
      example: null,
    }),
    enabled: z.boolean(),
    disabled_reason: DisabledReasonField,
    disabled_at: Time.nullable(),
    failing_since: Time.nullable().meta({
      description:
        'Since when, to the hour, it has had nothing but failures, once it has been warned that it will be turned off; null else',
      example: null,
    }),
    last_off: z
      .object({ since: Time, until: Time.nullable().meta({ description: 'null while it is off' }) })
      .nullable()
      .meta({
        description:
          'The last time that it was off: what it missed then is what a replay takes these times for. null: it never was',
        example: null,
      }),
    retry_schedule: z
      .array(z.string())
      .nullable()
      .meta({ description: "null: the deployment's own", example: null }),
    rate_limit: z
      .number()
      .nullable()
      .meta({ description: 'Requests a second; null: no limit', example: null }),
    retention: z.string().nullable().meta({
      description: "How long its deliveries are shown; null: as long as the deployment's",
      example: null,
    }),
    breaker: BreakerResource.nullable().meta({
      description: 'Why deliveries are held back; null while all is well',
      example: null,
    }),
    stats: z
      .object({ total: Count.meta({ example: 1204 }), errored: Count.meta({ example: 3 }) })
      .meta({ description: 'Requests sent within the retention of its log, and how many of them failed' }),
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Webhook' })

/** A webhook when it was created, and when its secret was rotated. */
export const CreatedWebhook = WebhookResource.extend({
  secret: z.string().meta({
    description: 'The signing secret. Keep it now: it is not shown again',
    example: 'shared secret',
  }),
}).meta({ id: 'CreatedWebhook' })

export function toWebhookResource(
  webhook: Webhook,
  { stats, breaker, nowMs }: { stats: WebhookStats; breaker: Breaker; nowMs: number },
): z.input<typeof WebhookResource> {
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    event_types: [...webhook.eventTypes],
    scope: toScopeResource(webhook.scope),
    header_names: headerNames(webhook),
    auth: webhook.auth ?? null,
    previous_secret_expires_at: isoTimeOrNull(previousSecretAt(webhook, nowMs)?.expiresAt ?? null),
    enabled: webhook.enabled,
    disabled_reason: webhook.disabledReason,
    disabled_at: isoTimeOrNull(webhook.disabledAt),
    failing_since: webhook.warned > 0 ? isoTime(webhook.failuresFrom) : null,
    last_off: toLastOff(webhook),
    retry_schedule: webhook.retrySchedule === undefined ? null : formatRetrySchedule(webhook.retrySchedule),
    rate_limit: webhook.rateLimit ?? null,
    retention: webhook.retentionMs === undefined ? null : formatDuration(webhook.retentionMs),
    breaker: toBreakerResource(breaker),
    stats: { ...stats },
    created_at: isoTime(webhook.createdAt),
    updated_at: isoTime(webhook.updatedAt),
  }
}

function toLastOff({ disabledAt, lastOff }: Webhook): z.input<typeof WebhookResource>['last_off'] {
  if (disabledAt !== null) return { since: isoTime(disabledAt), until: null }
  return lastOff && { since: isoTime(lastOff.since), until: isoTime(lastOff.until) }
}

/** A breaker as the API shows it; null while all is well. */
export function toBreakerResource(breaker: Breaker): z.input<typeof BreakerResource> | null {
  if (breaker.kind === 'closed') return null
  const probeAt = breaker.kind === 'open' && breaker.probe === null ? breaker.probeAt : null
  return { state: breaker.kind, since: isoTime(breaker.since), next_probe_at: isoTimeOrNull(probeAt) }
}

/** The header that carries `auth` is shown as that. */
function headerNames({ headers, auth }: Webhook): string[] {
  return Object.keys(headers).filter((name) => auth === undefined || name !== authorizationHeader)
}
