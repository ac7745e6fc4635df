import * as z from 'zod'
import { activityFrom, lastHours } from '../../domain/activity.ts'
import type { Delivery } from '../../domain/delivery.ts'
import { Conflict, NotFound } from '../../domain/errors.ts'
import { parseDeliveryId } from '../../domain/ids.ts'
import { hiddenUntil } from '../../domain/webhook.ts'
import { redeliver } from '../../use-cases/redeliver.ts'
import type { AdminDeps } from '../admin-deps.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { ActivityResource, toActivity } from '../schemas/activity.ts'
import {
  DeliveryDetail,
  DeliveryResource,
  DeliveryStatusField,
  toDeliveryDetail,
  toDeliveryResource,
} from '../schemas/delivery.ts'
import {
  Cursor,
  cursorOf,
  DeliveryId,
  EventTypeName,
  Flag,
  IdParam,
  Limit,
  Page,
  timeRange,
  WebhookId,
} from '../schemas/fields.ts'
import { waitingDelivery } from './waiting-delivery.ts'

const tag = 'Deliveries'
const params = IdParam(DeliveryId)

const Statuses = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(DeliveryStatusField))
  .optional()
  .meta({ description: 'One status or several with commas between', example: 'retrying,exhausted' })

/** The delivery as it is logged, or as it waits for its first attempt. @throws NotFound, also when its webhook is gone, or hides what is so old. */
async function findDelivery({ webhooks, events, log, now }: AdminDeps, id: string): Promise<Delivery> {
  const key = parseDeliveryId(id)
  const webhook = key && (await webhooks.get(key.webhookId))
  if (key !== undefined && webhook !== undefined) {
    const event = await events.get(key.eventId)
    const delivery = (await log.get(id)) ?? (event && waitingDelivery(event, key))
    if (delivery !== undefined && delivery.createdAt > hiddenUntil(webhook, now()))
      return { ...delivery, erasedAt: delivery.erasedAt ?? event?.erasedAt ?? null }
  }
  throw new NotFound('delivery', id)
}

export const deliveryEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/webhooks/{id}/deliveries',
    scope: 'read',
    operationId: 'listDeliveries',
    summary: "A webhook's log, newest first",
    tag,
    params: IdParam(WebhookId),
    query: z.strictObject({
      status: Statuses,
      event_type: EventTypeName.optional().meta({ description: 'Only deliveries of events of this type' }),
      errors_only: Flag.optional().meta({ description: 'Only deliveries with a failed attempt' }),
      ...timeRange,
      limit: Limit,
      cursor: Cursor(/^\d{1,15}\/dlv_[0-9a-z]{42,58}$/),
    }),
    replies: { 200: { description: 'A page of deliveries', schema: Page(DeliveryResource) } },
    handle: async ({ webhooks, log, now }, { params: { id: webhookId }, query }) => {
      const webhook = await webhooks.get(webhookId)
      if (webhook === undefined) throw new NotFound('webhook', webhookId)
      const { items, next } = await log.ofWebhook({
        webhookId,
        statuses: query.status,
        eventType: query.event_type,
        erroredOnly: query.errors_only,
        from: Math.max(query.from ?? 0, hiddenUntil(webhook, now()) + 1),
        to: query.to,
        after: query.cursor,
        limit: query.limit,
      })
      return { status: 200, body: { data: items.map(toDeliveryResource), next_cursor: cursorOf(next) } }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/webhooks/{id}/activity',
    scope: 'read',
    operationId: 'getActivity',
    summary: 'What was sent to a webhook in the last 24 hours, by the hour',
    tag,
    params: IdParam(WebhookId),
    replies: { 200: { description: 'The hours', schema: ActivityResource } },
    handle: async ({ webhooks, log, now }, { params: { id } }) => {
      const webhook = await webhooks.get(id)
      if (webhook === undefined) throw new NotFound('webhook', id)
      const nowMs = now()
      const hours = await log.hours(id, Math.max(activityFrom(nowMs), hiddenUntil(webhook, nowMs)))
      return { status: 200, body: toActivity(lastHours(hours, nowMs)) }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/deliveries/{id}',
    scope: 'read',
    operationId: 'getDelivery',
    summary: 'A delivery with its attempts',
    tag,
    params,
    replies: { 200: { description: 'The delivery', schema: DeliveryDetail } },
    handle: async (deps, { params: { id } }) => {
      const delivery = await findDelivery(deps, id)
      const { log, events } = deps
      const [attempts, payload] = await Promise.all([log.attempts(id), events.payload(delivery.eventId)])
      return { status: 200, body: toDeliveryDetail(delivery, attempts, payload) }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/deliveries/{id}/redeliver',
    scope: 'admin',
    operationId: 'redeliver',
    summary: 'Send it again now',
    description:
      'A finished delivery stays as it is and a new one is made; one that waits for an attempt makes it now. The receiver sees the same webhook-id.',
    tag,
    params,
    replies: {
      202: { description: 'The delivery that is under way', schema: DeliveryResource },
      409: {
        description:
          'The webhook is off, the first attempt is about to be made, or the payload has expired or was erased',
      },
    },
    handle: async (deps, { params: { id } }) => {
      const { status, nextAttemptAt } = await findDelivery(deps, id)
      if (status === 'pending' && nextAttemptAt === null)
        throw new Conflict(`${id} is about to be sent for the first time: there is nothing to repeat yet.`)
      const delivery = await redeliver(deps.redeliver, id)
      return {
        status: 202,
        body: toDeliveryResource(delivery),
        // Relative, because behind API Gateway the path begins with a stage.
        headers: { Location: `../${delivery.id}` },
      }
    },
  }),
]
