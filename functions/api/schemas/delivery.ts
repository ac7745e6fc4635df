import * as z from 'zod'
import type { Attempt, Delivery } from '../../domain/delivery.ts'
import { isoTime, isoTimeOrNull, Time } from './fields.ts'

export const DeliveryStatusField = z
  .enum(['pending', 'retrying', 'delivered', 'exhausted', 'cancelled'])
  .meta({ description: 'pending and retrying are under way; the others are final' })

export const DeliveryResource = z
  .object({
    id: z.string(),
    event_id: z.string(),
    webhook_id: z.string(),
    event_type: z.string(),
    trigger: z.enum(['event', 'redelivery', 'replay', 'test']).meta({
      description: 'Why it exists: the event itself, one sent again by hand, many sent again, or a test',
    }),
    status: DeliveryStatusField,
    attempt_count: z.number(),
    errored: z.boolean().meta({ description: 'Whether any attempt failed' }),
    last_status: z
      .number()
      .nullable()
      .meta({ description: 'Status code of the last attempt; 0 when no response came' }),
    last_error: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
    next_attempt_at: Time.nullable(),
  })
  .meta({ id: 'Delivery' })

const Headers = z.record(z.string(), z.string())

export const AttemptResource = z
  .object({
    number: z.number(),
    sent_at: Time,
    duration_ms: z.number(),
    request: z.object({ method: z.literal('POST'), url: z.string(), headers: Headers }),
    response: z
      .object({
        status: z.number(),
        headers: Headers,
        body: z.string(),
        body_encoding: z.enum(['utf8', 'base64']),
        truncated: z
          .boolean()
          .meta({ description: 'The body was longer than the 16 KiB that are kept, or broke off' }),
      })
      .nullable(),
    error: z.string().nullable().meta({ description: 'The failure in words; null for a success' }),
  })
  .meta({ id: 'Attempt' })

export const DeliveryDetail = DeliveryResource.extend({
  request_body: z
    .string()
    .nullable()
    .meta({ description: 'The body that is sent, the same at every attempt; null once it has expired' }),
  attempts: z.array(AttemptResource).meta({ description: 'Oldest first' }),
}).meta({ id: 'DeliveryDetail' })

export function toDeliveryResource(delivery: Delivery): z.input<typeof DeliveryResource> {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    webhook_id: delivery.webhookId,
    event_type: delivery.eventType,
    trigger: delivery.trigger,
    status: delivery.status,
    attempt_count: delivery.attempts,
    errored: delivery.errored,
    last_status: delivery.lastStatus,
    last_error: delivery.lastError,
    created_at: isoTime(delivery.createdAt),
    updated_at: isoTime(delivery.updatedAt),
    next_attempt_at: isoTimeOrNull(delivery.nextAttemptAt),
  }
}

export function toDeliveryDetail(
  delivery: Delivery,
  attempts: readonly Attempt[],
  payload: Uint8Array | undefined,
): z.input<typeof DeliveryDetail> {
  return {
    ...toDeliveryResource(delivery),
    request_body: payload === undefined ? null : Buffer.from(payload).toString('utf8'),
    attempts: attempts.map(toAttemptResource),
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
