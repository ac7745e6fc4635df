import * as z from 'zod'
import { examplePayload } from '../../domain/event-types.ts'
import { rotateSecret } from '../../use-cases/rotate-secret.ts'
import { sendTest } from '../../use-cases/send-test.ts'
import { type Endpoint, endpoint, etagOf } from '../endpoint.ts'
import { DeliveryDetail, toDeliveryDetail } from '../schemas/delivery.ts'
import { DeliveryId, EventTypeName, IdParam, WebhookId } from '../schemas/fields.ts'
import { RotateSecret } from '../schemas/signing-secret.ts'
import { CreatedWebhook } from '../schemas/webhook-resource.ts'
import { resourceOf } from './webhook-resource.ts'

const tag = 'Webhooks'
const params = IdParam(WebhookId)

/** What is done with a webhook, beside changing it. */
export const webhookActionEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/webhooks/{id}/rotate-secret',
    bodyIsOptional: true,
    scope: 'admin',
    operationId: 'rotateSecret',
    summary: "Change a webhook's signing secret",
    description:
      'The new secret is in the answer and is never shown again. During the overlap both secrets sign webhook-signature, the new one first; X-Sourcegraph-Webhook-Signature has room for one value, and the old secret signs it until it ends. Two secrets sign at most: rotating during an overlap ends the older one at once.',
    tag,
    params,
    body: RotateSecret,
    usesIfMatch: true,
    replies: { 200: { description: 'The webhook, with its new secret', schema: CreatedWebhook } },
    handle: async (deps, { params: { id }, body: { secret: given, overlap }, expectedVersion }) => {
      const rotation = { secret: given, overlapMs: overlap }
      const { webhook, secret } = await rotateSecret(deps.manageWebhooks, id, { rotation, expectedVersion })
      const headers = { ETag: etagOf(webhook.version) }
      return { status: 200, body: { ...(await resourceOf(deps, webhook)), secret }, headers }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/webhooks/{id}/test',
    bodyIsOptional: true,
    scope: 'admin',
    operationId: 'testWebhook',
    summary: 'Send a sample event and see the answer',
    description:
      'One signed request, on or off, through the same queue and worker as any event; it is logged with the trigger "test" and not retried.',
    tag,
    params,
    body: z
      .strictObject({
        event_type: EventTypeName.default('batch_change:apply').meta({
          description: 'The type whose example payload is sent',
        }),
      })
      .meta({ id: 'TestWebhook' }),
    replies: {
      200: { description: 'What came of it', schema: DeliveryDetail },
      202: {
        description: 'Not over after 20 s: look at the delivery later',
        schema: z.object({ id: DeliveryId }),
      },
      503: { description: 'The sample event could not be stored now' },
    },
    handle: async (deps, { params: { id: webhookId }, body: { event_type: eventType } }) => {
      const payload =
        examplePayload(eventType) ?? Buffer.from(JSON.stringify({ message: `A sample of ${eventType}` }))
      const { id, finished } = await sendTest(deps.sendTest, { webhookId, eventType, payload })
      if (finished === undefined) return { status: 202, body: { id } }
      return { status: 200, body: toDeliveryDetail(finished, await deps.log.attempts(id), payload) }
    },
  }),
]
