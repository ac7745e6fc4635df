import * as z from 'zod'
import { NotFound } from '../../domain/errors.ts'
import { parseDeliveryId } from '../../domain/ids.ts'
import { redeliver } from '../../use-cases/redeliver.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import {
  DeliveryDetail,
  DeliveryResource,
  DeliveryStatusField,
  toDeliveryDetail,
  toDeliveryResource,
} from '../schemas/delivery.ts'
import { Cursor, cursorOf, EventTypeKey, Flag, IdParam, Limit, Page, QueryTime } from '../schemas/fields.ts'

const tag = 'Deliveries'
const params = IdParam('dlv_01kaqc3h5n8r2c4x7t9v2y4z6b01kaqc3h5n8r2c4x')

const Statuses = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(DeliveryStatusField))
  .meta({ description: 'One status or several with commas between', example: 'retrying,exhausted' })

export const deliveryEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/webhooks/{id}/deliveries',
    scope: 'read',
    operationId: 'listDeliveries',
    summary: "A webhook's log, newest first",
    tag,
    params: IdParam('whk_01kaqc3h5n8r2c4x'),
    query: z.strictObject({
      status: Statuses.optional(),
      event_type: EventTypeKey.optional(),
      errors_only: Flag.optional().meta({ description: 'Only deliveries with a failed attempt' }),
      from: QueryTime.optional(),
      to: QueryTime.optional(),
      limit: Limit,
      cursor: Cursor(/^\d{1,15}\/dlv_[0-9a-z]{42,58}$/),
    }),
    replies: { 200: { description: 'A page of deliveries', schema: Page(DeliveryResource) } },
    handle: async ({ webhooks, log }, { params: { id: webhookId }, query }) => {
      if ((await webhooks.get(webhookId)) === undefined) throw new NotFound('webhook', webhookId)
      const { items, next } = await log.ofWebhook({
        webhookId,
        statuses: query.status,
        eventType: query.event_type,
        erroredOnly: query.errors_only,
        from: query.from,
        to: query.to,
        after: query.cursor,
        limit: query.limit,
      })
      return { status: 200, body: { data: items.map(toDeliveryResource), next_cursor: cursorOf(next) } }
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
    handle: async ({ webhooks, events, log }, { params: { id } }) => {
      const key = parseDeliveryId(id)
      const delivery = key && (await webhooks.get(key.webhookId)) && (await log.get(id))
      if (delivery === undefined) throw new NotFound('delivery', id)
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
      'A finished delivery stays as it is and a new one is made; one that is retrying makes its next attempt now. The receiver sees the same webhook-id.',
    tag,
    params,
    replies: { 202: { description: 'The delivery that is under way', schema: DeliveryResource } },
    handle: async (deps, { params: { id } }) => {
      const delivery = await redeliver(deps.redeliver, id)
      return {
        status: 202,
        body: toDeliveryResource(delivery),
        headers: { Location: `/deliveries/${delivery.id}` },
      }
    },
  }),
]
