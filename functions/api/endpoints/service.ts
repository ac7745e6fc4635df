import * as z from 'zod'
import { findTrouble } from '../../use-cases/find-trouble.ts'
import { version } from '../../version.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { cursorOf, Limit, Page, webhookCursor } from '../schemas/fields.ts'
import { QueueResource, toQueueResource } from '../schemas/queue.ts'
import { TroubledWebhookResource, toTroubledWebhook } from '../schemas/troubled-webhook.ts'

/** What tells about the service itself. */
export const serviceEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/health',
    scope: 'public',
    operationId: 'getHealth',
    summary: 'Whether the service answers',
    tag: 'Service',
    replies: {
      200: {
        description: 'It does',
        schema: z.object({ status: z.literal('ok'), version: z.string() }).meta({ id: 'Health' }),
      },
    },
    handle: async () => ({ status: 200, body: { status: 'ok', version } }),
  }),
  endpoint({
    method: 'GET',
    path: '/health/webhooks',
    scope: 'read',
    operationId: 'listTroubledWebhooks',
    summary: 'Webhooks in trouble, newest first',
    description:
      'Those that the service turned off, those with nothing but failures, and those whose receivers are slow. A page looks at 100 webhooks at most: it may be short or empty, with others behind it.',
    tag: 'Service',
    query: z.strictObject({ limit: Limit, cursor: webhookCursor }),
    replies: {
      200: { description: 'A page of webhooks in trouble', schema: Page(TroubledWebhookResource) },
    },
    handle: async (deps, { query: { limit, cursor: before } }) => {
      const { items, next } = await findTrouble(deps, { before, limit })
      return { status: 200, body: { data: items.map(toTroubledWebhook), next_cursor: cursorOf(next) } }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/queues',
    scope: 'read',
    operationId: 'listQueues',
    summary: 'How much waits in the queues of the service',
    tag: 'Service',
    replies: { 200: { description: 'Both queues', schema: Page(QueueResource) } },
    handle: async ({ queues }) => {
      const levels = await queues.levels()
      return { status: 200, body: { data: levels.map(toQueueResource), next_cursor: null } }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/openapi.json',
    scope: 'public',
    operationId: 'getOpenApi',
    summary: 'This document',
    tag: 'Service',
    replies: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
    handle: async () => {
      // Read at the first request, not at start: the script that writes the file imports this table.
      const { default: document } = await import('../openapi.json', { with: { type: 'json' } })
      return { status: 200, body: document }
    },
  }),
]
