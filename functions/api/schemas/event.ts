import * as z from 'zod'
import type { EventSummary } from '../../use-cases/log-queries.ts'
import { Count, EventId, EventType, isoTime, isoTimeOrNull, Time, WebhookId } from './fields.ts'

/** An event without its payload. */
export const EventResource = z
  .object({
    id: EventId,
    type: EventType,
    origin: z
      .object({
        kind: z.enum(['source', 'token', 'test', 'service']),
        id: z.string().meta({ example: 'src_01kaqc3h5n8r2c4x' }),
      })
      .meta({
        description:
          'Who posted it: a source, a token, or this service, for a test of the webhook with that id or to tell of it',
      }),
    accepted_at: Time,
    payload_bytes: Count.meta({ example: 380 }),
    batch_change_ids: z.array(z.string()).meta({
      description:
        'The batch changes that it is about and can be found by, as its payload names them; at most 20. None once that was erased, and none of events that were accepted before this was kept',
      example: ['QmF0Y2hDaGFuZ2U6MTcz'],
    }),
    fanned_out_at: Time.nullable().meta({
      description: 'null until it has been decided which webhooks want it',
    }),
    webhook_ids: z.array(WebhookId).meta({ description: 'The webhooks that it goes to' }),
    missed_by: z.array(WebhookId).meta({ description: 'The webhooks that want it, but were off' }),
    erased_at: Time.nullable().meta({
      description: 'When its payload was erased, and all responses to it; null: it was not',
      example: null,
    }),
  })
  .meta({ id: 'Event' })

/** An event as the API shows it in lists. */
export function toEventResource({
  id,
  type,
  origin,
  acceptedAt,
  payloadBytes,
  batchChangeIds,
  fanOut,
  erasedAt,
}: EventSummary): z.input<typeof EventResource> {
  return {
    id,
    type,
    origin: { ...origin },
    accepted_at: isoTime(acceptedAt),
    payload_bytes: payloadBytes,
    batch_change_ids: [...batchChangeIds],
    fanned_out_at: fanOut === undefined ? null : isoTime(fanOut.at),
    webhook_ids: [...(fanOut?.webhookIds ?? [])],
    missed_by: [...(fanOut?.missedBy ?? [])],
    erased_at: isoTimeOrNull(erasedAt),
  }
}
