import * as z from 'zod'
import type { ZodOpenApiOperationObject } from 'zod-openapi'
import { eventTypes, ownEventTypes } from '../../domain/event-types.ts'
import { userAgent } from '../../version.ts'
import { EventId, EventTypeName } from '../schemas/fields.ts'

/** The request that this service makes to a webhook's URL, as OpenAPI describes it. */
export const receiverOperation: ZodOpenApiOperationObject = {
  operationId: 'receiveEvent',
  summary: "What a webhook's URL gets",
  description:
    'Answer 2xx within 15 seconds. Anything else is tried again; 410 turns the webhook off. An event may come more than once, always with the same webhook-id.',
  tags: ['Deliveries'],
  security: [],
  requestParams: {
    header: z.object({
      'X-Sourcegraph-Webhook-Event-Type': EventTypeName.meta({ description: 'The event type' }),
      'X-Sourcegraph-Webhook-Signature': z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .meta({
          description:
            "HMAC-SHA256 of the body under the secret's UTF-8 bytes, in lower-case hex; while a secret is being changed, under the old one until it ends",
        }),
      'webhook-id': EventId.meta({ description: 'The event; the same for every repeat' }),
      'webhook-timestamp': z
        .string()
        .regex(/^\d+$/)
        .meta({ description: 'When this attempt was made, in seconds since 1970', example: '1795443600' }),
      'webhook-signature': z.string().meta({
        description:
          'Standard Webhooks: "v1," and the base64 HMAC-SHA256 of "<webhook-id>.<webhook-timestamp>.<body>", under the bytes in base64 behind "whsec_", or the UTF-8 bytes of any other secret. While a secret is being changed there are two, separated by a space, the new secret\'s first: accept the request when either fits',
        example: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      }),
      'User-Agent': z.string().meta({ example: userAgent }),
    }),
  },
  requestBody: {
    description: 'The payload, byte for byte as it was accepted; there is no envelope',
    required: true,
    content: {
      'application/json': {
        schema: {},
        examples: Object.fromEntries(
          [...eventTypes, ...ownEventTypes].map(({ key, description, example }) => [
            key.replace(':', '_'),
            { summary: description, value: example },
          ]),
        ),
      },
    },
  },
  responses: {
    '2XX': { description: 'Delivered' },
    410: { description: 'Turn the webhook off' },
    default: { description: 'Failed: try again later' },
  },
}
