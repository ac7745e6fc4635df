import * as z from 'zod'
import { NotFound } from '../../domain/errors.ts'
import { eventTypes, ownEventTypes } from '../../domain/event-types.ts'
import { hiddenUntil } from '../../domain/webhook.ts'
import { eraseEvent } from '../../use-cases/erase-event.ts'
import type { EventSummary } from '../../use-cases/log-queries.ts'
import type { AdminDeps } from '../admin-deps.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { DeliveryResource, toDeliveryResource } from '../schemas/delivery.ts'
import { EventResource, toEventResource } from '../schemas/event.ts'
import {
  Cursor,
  cursorOf,
  EventId,
  EventTypeName,
  IdParam,
  Limit,
  Page,
  timeRange,
} from '../schemas/fields.ts'
import { waitingDelivery } from './waiting-delivery.ts'

const tag = 'Events'

const EventDetail = EventResource.extend({
  payload: z.unknown().meta({
    description: 'null once it was erased; as text when it is nested more than 500 levels deep',
    example: { id: 'QmF0Y2hDaGFuZ2U6MTcz' },
  }),
  deliveries: z.array(DeliveryResource).meta({
    description: 'One for each webhook that it goes to, and redeliveries; none of removed webhooks',
  }),
}).meta({ id: 'EventDetail' })

/** The event's deliveries, those of removed webhooks and those that their webhooks hide left out, and those that wait for their first attempt put in. */
async function deliveriesOf({ log, webhooks, now }: AdminDeps, event: EventSummary) {
  const logged = await log.ofEvent(event.id)
  const isLogged = new Set(logged.map(({ id }) => id))
  const waiting = (event.fanOut?.webhookIds ?? [])
    .map((webhookId) => waitingDelivery(event, { webhookId }))
    .filter((delivery) => delivery !== undefined)
  const all = [...logged, ...waiting.filter(({ id }) => !isLogged.has(id))]
  const isShown = await Promise.all(
    all.map(async ({ webhookId, createdAt }) => {
      const webhook = await webhooks.get(webhookId)
      return webhook !== undefined && createdAt > hiddenUntil(webhook, now())
    }),
  )
  return all.filter((_, index) => isShown[index])
}

const maxLevels = 500

/** A payload as a value; as its text when `JSON.stringify` might run out of stack on the value, which parsing does not. */
function shownPayload(payload: Uint8Array | undefined): unknown {
  if (payload === undefined) return null
  const text = Buffer.from(payload).toString('utf8')
  const parsed: unknown = JSON.parse(text)
  return isDeeperThan(maxLevels, parsed) ? text : parsed
}

function isDeeperThan(levels: number, value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  }
  return false
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
      type: EventTypeName.optional().meta({ description: 'Only events of this type' }),
      batch_change: z.string().min(1).max(200).optional().meta({
        description: 'Only events about the batch change with this id, as Sourcegraph prints it',
        example: 'QmF0Y2hDaGFuZ2U6MTcz',
      }),
      ...timeRange,
      limit: Limit,
      cursor: Cursor(/^evt_[0-9a-z]{26}$/),
    }),
    replies: { 200: { description: 'A page of events', schema: Page(EventResource) } },
    handle: async ({ events }, { query }) => {
      const { type, batch_change: batchChangeId, from, to, limit, cursor: before } = query
      const { items, next } = await events.list({ type, batchChangeId, from, to, before, limit })
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
    params: IdParam(EventId),
    replies: { 200: { description: 'The event', schema: EventDetail } },
    handle: async (deps, { params: { id } }) => {
      const event = await deps.events.get(id)
      if (event === undefined) throw new NotFound('event', id)
      const [deliveries, payload] = await Promise.all([deliveriesOf(deps, event), deps.events.payload(id)])
      return {
        status: 200,
        body: {
          ...toEventResource(event),
          payload: shownPayload(payload),
          deliveries: deliveries.map(toDeliveryResource),
        },
      }
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/events/{id}/payload',
    scope: 'admin',
    operationId: 'erasePayload',
    summary: "Erase an event's payload, and all responses to it",
    description:
      'For good, and at once: they are in no answer any more, what is under way for the event ends, and a repeat of the event by its publisher does not bring it back. The event and its deliveries stay, with their times and status codes. Doing it again changes nothing.',
    tag,
    params: IdParam(EventId),
    replies: {
      200: { description: 'The event as it is now', schema: EventResource },
      503: { description: 'Begun, and not all of it done: send the same again' },
    },
    handle: async ({ eraseEvent: deps }, { params: { id } }) => ({
      status: 200,
      body: toEventResource(await eraseEvent(deps, id)),
    }),
  }),
  endpoint({
    method: 'GET',
    path: '/event-types',
    scope: 'read',
    operationId: 'listEventTypes',
    summary: 'List the event types that are known',
    description:
      'What Sourcegraph is known to send, and webhook:… by which this service tells of webhooks. A source may send others; a webhook gets them if it names them or *.',
    tag,
    replies: {
      200: {
        description: 'All of them',
        schema: Page(
          z
            .object({
              key: z.string().meta({ example: 'batch_change:apply' }),
              description: z.string().meta({ example: 'A batch spec was applied to a batch change.' }),
              example: z.record(z.string(), z.unknown()).meta({
                description: 'A payload as it is sent',
                example: { id: 'QmF0Y2hDaGFuZ2U6MTcz' },
              }),
            })
            .meta({ id: 'EventType' }),
        ),
      },
    },
    handle: async () => ({
      status: 200,
      body: { data: [...eventTypes, ...ownEventTypes], next_cursor: null },
    }),
  }),
]
