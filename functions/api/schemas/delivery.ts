import * as z from 'zod'
import { type Attempt, type Delivery, withoutResponse } from '../../domain/delivery.ts'
import { replayOf } from '../../domain/replay.ts'
import {
  Count,
  DeliveryId,
  EventId,
  EventType,
  isoTime,
  isoTimeOrNull,
  ReplayId,
  Time,
  WebhookId,
} from './fields.ts'

export const DeliveryStatusField = z
  .enum(['pending', 'retrying', 'delivered', 'exhausted', 'cancelled'])
  .meta({ description: 'pending and retrying are under way; the others are final' })

export const DeliveryResource = z
  .object({
    id: DeliveryId,
    event_id: EventId,
    webhook_id: WebhookId,
    event_type: EventType,
    trigger: z.enum(['event', 'redelivery', 'replay', 'test']).meta({
      description: 'Why it exists: the event itself, one sent again by hand, many sent again, or a test',
    }),
    replay_id: ReplayId.nullable().meta({
      description: 'The replay that made it; null when none did',
      example: null,
    }),
    status: DeliveryStatusField,
    attempt_count: Count.meta({ description: 'Attempts made so far', example: 1 }),
    errored: z.boolean().meta({ description: 'Whether any attempt failed' }),
    last_status: z.int().nullable().meta({
      description: 'Status code of the last attempt; 0 when no response came, null before the first',
      example: 503,
    }),
    last_duration_ms: Count.nullable().meta({
      description:
        'How long the last attempt took; null before the first, and for one that was logged before this was kept',
      example: 87,
    }),
    last_error: z.string().nullable().meta({
      description: 'The last failure in words, or why the delivery was cancelled; null when all is well',
      example: 'The receiver answered 503.',
    }),
    created_at: Time,
    updated_at: Time,
    next_attempt_at: Time.nullable().meta({ description: 'When it is tried again; null when it is not' }),
    erased_at: Time.nullable().meta({
      description:
        'When the body that was sent was erased, and headers and bodies of all responses; null: they were not',
      example: null,
    }),
  })
  .meta({ id: 'Delivery' })

const Headers = z.record(z.string(), z.string())

export const AttemptResource = z
  .object({
    number: z.int().min(1).meta({ example: 1 }),
    sent_at: Time,
    duration_ms: Count.meta({ example: 87 }),
    request: z.object({
      method: z.literal('POST'),
      url: z.string().meta({ example: 'https://ci.example.com/hooks/sourcegraph' }),
      headers: Headers.meta({
        description: "As sent; of the webhook's own headers only the names",
        example: { 'X-Sourcegraph-Webhook-Event-Type': 'batch_change:apply' },
      }),
    }),
    response: z
      .object({
        status: z.int().meta({ example: 503 }),
        headers: Headers.meta({
          description: 'As received, names in lower case',
          example: { 'content-type': 'text/plain' },
        }),
        body: z.string().meta({ example: 'try later' }),
        body_encoding: z.enum(['utf8', 'base64']).meta({ description: 'base64 when it is not UTF-8 text' }),
        truncated: z
          .boolean()
          .meta({ description: 'The body was longer than the 16 KiB that are kept, or broke off' }),
      })
      .nullable()
      .meta({ description: 'null when none came' }),
    error: z.string().nullable().meta({
      description: 'The failure in words; null for a success',
      example: 'The receiver answered 503.',
    }),
  })
  .meta({ id: 'Attempt' })

export const DeliveryDetail = DeliveryResource.extend({
  request_body: z.string().nullable().meta({
    description: 'The body that is sent, the same at every attempt; null once it has expired or was erased',
    example: '{"id":"QmF0Y2hDaGFuZ2U6MTcz"}',
  }),
  attempts: z.array(AttemptResource).meta({ description: 'Oldest first' }),
}).meta({ id: 'DeliveryDetail' })

export function toDeliveryResource(delivery: Delivery): z.input<typeof DeliveryResource> {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    webhook_id: delivery.webhookId,
    event_type: delivery.eventType,
    trigger: delivery.trigger,
    replay_id: replayOf(delivery) ?? null,
    status: delivery.status,
    attempt_count: delivery.attempts,
    errored: delivery.errored,
    last_status: delivery.lastStatus,
    last_duration_ms: delivery.lastDurationMs,
    last_error: delivery.lastError,
    created_at: isoTime(delivery.createdAt),
    updated_at: isoTime(delivery.updatedAt),
    next_attempt_at: isoTimeOrNull(delivery.nextAttemptAt),
    erased_at: isoTimeOrNull(delivery.erasedAt),
  }
}

export function toDeliveryDetail(
  delivery: Delivery,
  attempts: readonly Attempt[],
  payload: Uint8Array | undefined,
): z.input<typeof DeliveryDetail> {
  const isErased = delivery.erasedAt !== null
  return {
    ...toDeliveryResource(delivery),
    request_body: payload === undefined || isErased ? null : Buffer.from(payload).toString('utf8'),
    // Until an erasure is through, some responses may still be there.
    attempts: (isErased ? attempts.map(withoutResponse) : attempts).map(toAttemptResource),
  }
}

function toAttemptResource({
  number,
  sentAt,
  durationMs,
  request,
  response,
  error,
}: Attempt): z.input<typeof AttemptResource> {
  return {
    number,
    sent_at: isoTime(sentAt),
    duration_ms: durationMs,
    request: { method: 'POST', url: request.url, headers: { ...request.headers } },
    response: response && {
      status: response.status,
      headers: { ...response.headers },
      body: response.body,
      body_encoding: response.bodyEncoding,
      truncated: response.truncated,
    },
    error,
  }
}
