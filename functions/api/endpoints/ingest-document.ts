import * as z from 'zod'
import type { ZodOpenApiOperationObject } from 'zod-openapi'
import { eventTypes } from '../../domain/event-types.ts'
import { EventId, EventType, EventTypeName } from '../schemas/fields.ts'

const payload = eventTypes[0]?.example

const PublishedEvent = z
  .strictObject({
    type: EventTypeName.meta({ description: 'Must not begin with "webhook:", which is for our own events' }),
    payload: z.unknown().meta({
      description: 'Any JSON, at most 256 KiB: its bytes are signed and sent just as they stand here',
      example: payload,
    }),
    idempotency_key: z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/)
      .optional()
      .meta({
        description: 'Equal keys of one token within 24 hours are one event',
        example: 'apply-173-2026-11-23',
      }),
  })
  .meta({ id: 'PublishedEvent' })

const AcceptedEvent = z
  .object({
    id: EventId,
    type: EventType,
    duplicate: z
      .boolean()
      .meta({ description: 'It repeats an event that was accepted before, whose id this is' }),
    warnings: z
      .array(z.string())
      .optional()
      .meta({ description: "Where a publisher's event differs from what Sourcegraph sends", example: [] }),
  })
  .meta({ id: 'AcceptedEvent' })

const SourcegraphPayload = z.unknown().meta({
  id: 'SourcegraphPayload',
  description: 'With X-Sourcegraph-Webhook-Signature: the whole body is the payload, at most 256 KiB',
})

/** What `POST /events` can refuse with, beyond what its form says, and why. */
export const ingestProblems: Readonly<Record<number, string>> = {
  400: 'The body is not JSON in UTF-8',
  401: 'No valid token, or a signature that fits none of the sources',
  403: 'The token has not the scope "publish"',
  409: 'The idempotency key was used for another type or payload; nothing of the request was accepted',
  413: 'A payload is larger than 256 KiB, or the request larger than 6 MiB',
  422: 'The input breaks rules; every bad field is named',
  503: 'The event could not be stored or queued now; send the same request again',
}

/** `POST /events` as OpenAPI describes it; it is no endpoint of the table, since it is a function of its own. */
export const ingestOperation: ZodOpenApiOperationObject = {
  operationId: 'postEvents',
  summary: 'Post events',
  description: `Two forms.

A publisher with a token whose scopes include \`publish\` sends one event, or an array of up to 100, which are accepted all or not at all.

A Sourcegraph instance sends its own outgoing webhook request: the bare payload as body, its type in \`X-Sourcegraph-Webhook-Event-Type\`, its signature in \`X-Sourcegraph-Webhook-Signature\`, under the secret of one of the sources. Equal bytes of one type from one source within ten minutes are one event.

An event that was answered with 202 is stored and will be delivered.`,
  tags: ['Events'],
  security: [{ bearerToken: ['publish'] }, { sourcegraphSignature: [] }],
  requestParams: {
    header: z.object({
      'Idempotency-Key': z
        .string()
        .regex(/^[\x21-\x7e]{1,255}$/)
        .optional()
        .meta({
          description:
            'With a token: the idempotency key of one event; of an array, what each one\'s key begins with ("<key> 0", "<key> 1" and so on)',
          example: 'apply-173-2026-11-23',
        }),
      'X-Sourcegraph-Webhook-Event-Type': EventTypeName.optional().meta({
        description: 'With a signature, and needed then: the event type',
      }),
    }),
  },
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: z.union([PublishedEvent, z.array(PublishedEvent).min(1).max(100), SourcegraphPayload]),
        examples: {
          one: { summary: 'One event, with a token', value: { type: 'batch_change:apply', payload } },
          several: {
            summary: 'Several, with a token',
            value: [
              { type: 'batch_change:apply', payload, idempotency_key: 'apply-173' },
              { type: 'deploy:finished', payload: { service: 'search' } },
            ],
          },
          sourcegraph: { summary: "A Sourcegraph instance's own request", value: payload },
        },
      },
    },
  },
  responses: {
    202: {
      description: 'Accepted: one answer for one event, a list for an array',
      headers: z.object({
        'X-Request-Id': z
          .string()
          .meta({ description: 'Stands in the log line of each event of the request as `request_id`' }),
      }),
      content: {
        'application/json': {
          schema: z.union([AcceptedEvent, z.object({ data: z.array(AcceptedEvent) })]),
        },
      },
    },
  },
}
