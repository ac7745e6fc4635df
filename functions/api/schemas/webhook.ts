import * as z from 'zod'
import type { Breaker } from '../../domain/breaker.ts'
import { headerNameProblem, headerValueProblem, maxHeaders } from '../../domain/custom-headers.ts'
import { formatDuration } from '../../domain/duration.ts'
import { authorizationHeader } from '../../domain/receiver-auth.ts'
import { formatRetrySchedule, parseRetrySchedule } from '../../domain/retry-schedule.ts'
import { previousSecretAt, type Webhook } from '../../domain/webhook.ts'
import type { WebhookStats } from '../../use-cases/log-queries.ts'
import { Count, EventTypeKey, isoTime, isoTimeOrNull, Time, WebhookId } from './fields.ts'
import { CredentialsInput, ReceiverAuthResource } from './receiver-auth.ts'
import { RetentionInput } from './retention.ts'
import { ScopeInput, ScopeResource, toScopeResource } from './scope.ts'
import { SigningSecret } from './signing-secret.ts'

const HeaderValues = z.record(z.string(), z.string().nullable()).superRefine((headers, context) => {
  if (Object.keys(headers).length > maxHeaders) context.addIssue(`must be at most ${maxHeaders}.`)
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(headers)) {
    const twice = seen.has(name.toLowerCase()) ? 'is named twice' : undefined
    seen.add(name.toLowerCase())
    const problem =
      headerNameProblem(name) ?? twice ?? (value === null ? undefined : headerValueProblem(value))
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: `${problem}.` })
  }
})

const NewHeaders = z.record(z.string(), z.string()).superRefine((headers, context) => {
  const { error } = HeaderValues.safeParse(headers)
  for (const issue of error?.issues ?? [])
    context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message })
})

const RetryScheduleInput = z
  .array(z.string())
  .transform((entries, context) => {
    try {
      return parseRetrySchedule(entries)
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : 'is no retry schedule.')
      return z.NEVER
    }
  })
  .meta({ minItems: 1, maxItems: 20 })

const exampleUrl = 'https://ci.example.com/hooks/sourcegraph'
const exampleTypes = ['batch_change:apply', 'changeset:publish']

const fields = {
  url: z.string().meta({
    description: 'Where to send, verbatim; https unless the operator allows http',
    example: exampleUrl,
    format: 'uri',
    maxLength: 2048,
  }),
  event_types: z
    .array(EventTypeKey)
    .min(1, 'must name at least one event type, or * for all.')
    .max(100)
    .transform((types) => [...new Set(types)])
    .meta({ description: 'Event types, or * for all, those to come included', example: exampleTypes }),
  description: z.string().max(500).meta({ description: 'For people', example: 'Closes the ticket' }),
  scope: ScopeInput,
  enabled: z.boolean().meta({ description: 'While it is false nothing is sent' }),
  retry_schedule: RetryScheduleInput.nullable().meta({
    description:
      "Waits before each attempt, the first included, each at most 48h; null: the deployment's own",
    example: ['0s', '5s', '5m', '30m', '2h'],
  }),
  rate_limit: z.number().min(0.1).max(1000).nullable().meta({
    description: 'Most requests a second; null: no limit. What is over it waits; nothing is dropped',
    example: 10,
  }),
  retention: RetentionInput.nullable().meta({
    description:
      "How long its deliveries are shown and counted, at least 1d and at most as long as the deployment's; null: as long. What is older is hidden at once",
    example: '7d',
  }),
}

/** Both in one request: no telling which is meant. */
function refuseTwoAuthorizations(
  { headers = {}, auth }: { headers?: object | undefined; auth?: object | null | undefined },
  context: z.RefinementCtx,
): void {
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  if (auth && names.includes(authorizationHeader.toLowerCase()))
    context.addIssue({
      code: 'custom',
      path: ['auth'],
      message: 'sets Authorization, and so does headers: give one of them.',
    })
}

/** The body that creates a webhook. */
export const CreateWebhook = z
  .strictObject({
    url: fields.url,
    secret: SigningSecret.optional().meta({
      description: 'Signs every request. Generated (256 bits) when absent; shown once, in the answer',
      example: 'shared secret',
    }),
    event_types: fields.event_types,
    description: fields.description.default(''),
    scope: fields.scope.default({}),
    headers: NewHeaders.default({}).meta({
      description: 'Extra request headers, at most 20; values are write-only',
      example: { Authorization: 'Bearer of-the-receiver' },
      maxProperties: maxHeaders,
    }),
    auth: CredentialsInput.nullable().optional(),
    enabled: fields.enabled.default(true),
    retry_schedule: fields.retry_schedule.optional(),
    rate_limit: fields.rate_limit.optional(),
    retention: fields.retention.optional(),
  })
  .superRefine(refuseTwoAuthorizations)
  .meta({ id: 'CreateWebhook', example: { url: exampleUrl, event_types: exampleTypes } })

/** The body that changes a webhook: what is absent stays. */
export const UpdateWebhook = z
  .strictObject({
    url: fields.url.optional(),
    event_types: fields.event_types.optional(),
    description: fields.description.optional(),
    scope: fields.scope.optional(),
    headers: HeaderValues.optional().meta({
      description: 'Merged by name: a value sets, null removes',
      example: { Authorization: 'Bearer a-new-one', 'X-Old': null },
      maxProperties: maxHeaders,
    }),
    auth: CredentialsInput.nullable().optional().meta({ description: 'null removes it' }),
    enabled: fields.enabled.optional(),
    retry_schedule: fields.retry_schedule.optional(),
    rate_limit: fields.rate_limit.optional(),
    retention: fields.retention.optional(),
  })
  .superRefine(refuseTwoAuthorizations)
  .meta({ id: 'UpdateWebhook', example: { enabled: false } })

const BreakerResource = z
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
    disabled_reason: z.enum(['gone', 'failing']).nullable().meta({
      description:
        'Why the service turned it off: gone, the receiver answered 410; failing, it had nothing but failures for too long. null when an admin did',
    }),
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
    breaker: breaker.kind === 'closed' ? null : toBreakerResource(breaker),
    stats: { ...stats },
    created_at: isoTime(webhook.createdAt),
    updated_at: isoTime(webhook.updatedAt),
  }
}

function toLastOff({ disabledAt, lastOff }: Webhook): z.input<typeof WebhookResource>['last_off'] {
  if (disabledAt !== null) return { since: isoTime(disabledAt), until: null }
  return lastOff && { since: isoTime(lastOff.since), until: isoTime(lastOff.until) }
}

function toBreakerResource(breaker: Exclude<Breaker, { kind: 'closed' }>): z.input<typeof BreakerResource> {
  const probeAt = breaker.kind === 'open' && breaker.probe === null ? breaker.probeAt : null
  return { state: breaker.kind, since: isoTime(breaker.since), next_probe_at: isoTimeOrNull(probeAt) }
}

/** The header that carries `auth` is shown as that. */
function headerNames({ headers, auth }: Webhook): string[] {
  return Object.keys(headers).filter((name) => auth === undefined || name !== authorizationHeader)
}
