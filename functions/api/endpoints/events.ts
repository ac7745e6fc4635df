import * as z from 'zod'
import { NotFound } from '../../domain/errors.ts'
import { deliveryId } from '../../domain/ids.ts'
import type { EventSummary } from '../../use-cases/log-queries.ts'
import type { AdminDeps } from '../admin-deps.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { DeliveryResource, toDeliveryResource } from '../schemas/delivery.ts'
import {
  Cursor,
  cursorOf,
  EventTypeKey,
  IdParam,
  isoTime,
  Limit,
  Page,
  QueryTime,
  Time,
} from '../schemas/fields.ts'

const tag = 'Events'

const EventResource = z
  .object({
    id: z.string(),
    type: z.string(),
    origin: z
      .object({ kind: z.enum(['source', 'token', 'test']), id: z.string() })
      .meta({ description: 'Who posted it: a source, a token, or a test of a webhook' }),
    accepted_at: Time,
    payload_bytes: z.number(),
    fanned_out_at: Time.nullable().meta({
      description: 'null until it has been decided which webhooks want it',
    }),
    webhook_ids: z.array(z.string()).meta({ description: 'The webhooks that it goes to' }),
    missed_by: z.array(z.string()).meta({ description: 'The webhooks that want it, but were off' }),
  })
  .meta({ id: 'Event' })

const EventDetail = EventResource.extend({
  payload: z.unknown().meta({ description: 'null once it has expired' }),
  deliveries: z.array(DeliveryResource),
}).meta({ id: 'EventDetail' })

function toEventResource({
  id,
  type,
  origin,
  acceptedAt,
  payloadBytes,
  fanOut,
}: EventSummary): z.input<typeof EventResource> {
  return {
    id,
    type,
    origin: { ...origin },
    accepted_at: isoTime(acceptedAt),
    payload_bytes: payloadBytes,
    fanned_out_at: fanOut === undefined ? null : isoTime(fanOut.at),
    webhook_ids: [...(fanOut?.webhookIds ?? [])],
    missed_by: [...(fanOut?.missedBy ?? [])],
  }
}

/** The event's deliveries, those of removed webhooks left out, and those that wait for their first attempt put in. */
async function deliveriesOf({ log, webhooks }: AdminDeps, event: EventSummary) {
  const logged = await log.ofEvent(event.id)
  const waiting = (event.fanOut?.webhookIds ?? [])
    .map((webhookId) => ({ id: deliveryId({ eventId: event.id, webhookId }), webhookId }))
    .filter(({ id }) => !logged.some((delivery) => delivery.id === id))
    .map(({ id, webhookId }) => ({
      id,
      eventId: event.id,
      webhookId,
      eventType: event.type,
      trigger: 'event' as const,
      status: 'pending' as const,
      attempts: 0,
      createdAt: event.acceptedAt,
      updatedAt: event.acceptedAt,
      nextAttemptAt: null,
      lastStatus: null,
      lastError: null,
      errored: false,
    }))
  const all = [...logged, ...waiting]
  const exists = await Promise.all(
    all.map(async ({ webhookId }) => (await webhooks.get(webhookId)) !== undefined),
  )
  return all.filter((_, index) => exists[index])
}

export const eventEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/events',
    scope: 'read',
    operationId: 'listEvents',
    summary: 'Recent events, newest first',
    tag,
    query: z.strictObject({
      type: EventTypeKey.optional(),
      from: QueryTime.optional(),
      to: QueryTime.optional(),
      limit: Limit,
      cursor: Cursor(/^evt_[0-9a-z]{26}$/),
    }),
    replies: { 200: { description: 'A page of events', schema: Page(EventResource) } },
    handle: async ({ events }, { query: { type, from, to, limit, cursor: before } }) => {
      const { items, next } = await events.list({ type, from, to, before, limit })
      return { status: 200, body: { data: items.map(toEventResource), next_cursor: cursorOf(next) } }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/events/{id}',
    scope: 'read',
    operationId: 'getEvent',
    summary: 'An event with its payload and what became of it',
    tag,
    params: IdParam('evt_01kaqc3h5n8r2c4x7t9v2y4z6b'),
    replies: { 200: { description: 'The event', schema: EventDetail } },
    handle: async (deps, { params: { id } }) => {
      const event = await deps.events.get(id)
      if (event === undefined) throw new NotFound('event', id)
      const [deliveries, payload] = await Promise.all([deliveriesOf(deps, event), deps.events.payload(id)])
      const parsed: unknown = payload === undefined ? null : JSON.parse(Buffer.from(payload).toString('utf8'))
      return {
        status: 200,
        body: { ...toEventResource(event), payload: parsed, deliveries: deliveries.map(toDeliveryResource) },
      }
    },
  }),
]
