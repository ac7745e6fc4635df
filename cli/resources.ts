import * as z from 'zod'

// What the commands read of the API's answers. Fields that are not named here stay, for --json.

const Time = z.string()

export const WebhookResource = z.looseObject({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  event_types: z.array(z.string()),
  scope: z.record(z.string(), z.array(z.string())),
  header_names: z.array(z.string()),
  auth: z.looseObject({ type: z.string(), username: z.string().optional() }).nullish(),
  previous_secret_expires_at: Time.nullable(),
  enabled: z.boolean(),
  disabled_reason: z.string().nullable(),
  disabled_at: Time.nullable(),
  retry_schedule: z.array(z.string()).nullable(),
  rate_limit: z.number().nullable(),
  breaker: z.looseObject({ state: z.string(), since: Time }).nullable(),
  stats: z.looseObject({ total: z.number(), errored: z.number() }),
  created_at: Time,
  updated_at: Time,
})
export type WebhookResource = z.output<typeof WebhookResource>

export const TroubledWebhookResource = z.looseObject({
  id: z.string(),
  url: z.string(),
  state: z.string(),
  since: Time,
  failed_attempts: z.number().nullable(),
  disabled_reason: z.string().nullable(),
  last_error: z.looseObject({ message: z.string() }).nullable(),
  waiting: z.looseObject({ deliveries: z.number(), is_all: z.boolean() }),
})
export type TroubledWebhookResource = z.output<typeof TroubledWebhookResource>

const QueueResource = z.looseObject({
  name: z.string(),
  due: z.number(),
  delayed: z.number(),
  dead_letters: z.number(),
  oldest_due_seconds: z.number().nullable(),
})
export type QueueResource = z.output<typeof QueueResource>

/** The answer of `GET /queues`, which has no pages. */
export const Queues = z.object({ data: z.array(QueueResource) })

export const WithSecret = z.looseObject({ id: z.string(), secret: z.string() })

export const DeliveryResource = z.looseObject({
  id: z.string(),
  event_id: z.string(),
  webhook_id: z.string(),
  event_type: z.string(),
  trigger: z.string(),
  status: z.string(),
  attempt_count: z.number(),
  last_status: z.number().nullable(),
  last_error: z.string().nullable(),
  created_at: Time,
  updated_at: Time,
  next_attempt_at: Time.nullable(),
})
export type DeliveryResource = z.output<typeof DeliveryResource>

const AttemptResource = z.looseObject({
  number: z.number(),
  sent_at: Time,
  duration_ms: z.number(),
  response: z
    .looseObject({
      status: z.number(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
      body_encoding: z.string(),
    })
    .nullable(),
  error: z.string().nullable(),
})
export type AttemptResource = z.output<typeof AttemptResource>

export const DeliveryDetail = DeliveryResource.extend({
  request_body: z.string().nullable(),
  attempts: z.array(AttemptResource),
})
export type DeliveryDetail = z.output<typeof DeliveryDetail>

export const EventResource = z.looseObject({
  id: z.string(),
  type: z.string(),
  origin: z.looseObject({ kind: z.string(), id: z.string() }),
  accepted_at: Time,
  payload_bytes: z.number(),
  fanned_out_at: Time.nullable(),
  webhook_ids: z.array(z.string()),
  missed_by: z.array(z.string()),
  erased_at: Time.nullish(),
})
export type EventResource = z.output<typeof EventResource>

export const EventDetail = EventResource.extend({
  payload: z.unknown(),
  deliveries: z.array(DeliveryResource),
})
export type EventDetail = z.output<typeof EventDetail>

export const OwnToken = z.looseObject({ scopes: z.array(z.string()) })

export const Health = z.looseObject({ version: z.string() })

export const ReplayResource = z.looseObject({
  id: z.string(),
  webhook_id: z.string(),
  status: z.string(),
  include: z.string(),
  since: Time,
  until: Time,
  dry_run: z.boolean(),
  examined: z.number(),
  matched: z.number(),
  queued: z.number(),
  skipped: z.number(),
  reason: z.string().nullable(),
  progress: z.number(),
  created_at: Time,
  finished_at: Time.nullish(),
})
export type ReplayResource = z.output<typeof ReplayResource>
