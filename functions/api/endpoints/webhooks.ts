import * as z from 'zod'
import { untroubled } from '../../domain/breaker.ts'
import type { FieldProblem } from '../../domain/errors.ts'
import { NotFound } from '../../domain/errors.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { checkWebhookUrl } from '../../domain/webhook-url.ts'
import { createWebhook, deleteWebhook, updateWebhook } from '../../use-cases/manage-webhooks.ts'
import type { AdminDeps } from '../admin-deps.ts'
import { type Endpoint, endpoint, etagOf, type Reply } from '../endpoint.ts'
import {
  cursorOf,
  EventTypeKey,
  Flag,
  IdParam,
  Limit,
  Page,
  WebhookId,
  webhookCursor,
} from '../schemas/fields.ts'
import { longerThan } from '../schemas/retention.ts'
import { toScope } from '../schemas/scope.ts'
import { CreateWebhook, UpdateWebhook } from '../schemas/webhook.ts'
import { CreatedWebhook, toWebhookResource, WebhookResource } from '../schemas/webhook-resource.ts'
import { resourceOf } from './webhook-resource.ts'

const tag = 'Webhooks'
const params = IdParam(WebhookId)
const WithUrl = z.object({ url: z.string() })

/** What is held against the operator's settings is checked beside the schema, not in it. */
function checkBody(deps: AdminDeps, body: unknown): FieldProblem[] {
  return [...checkUrl(deps, body), ...longerThan(deps.retentionMs, body)]
}

function checkUrl({ urlPolicy }: AdminDeps, body: unknown): FieldProblem[] {
  const { data } = WithUrl.safeParse(body)
  const verdict = data && checkWebhookUrl(data.url, urlPolicy)
  return verdict === undefined || verdict.ok ? [] : [{ field: 'url', detail: verdict.reason }]
}

async function shown(deps: AdminDeps, webhook: Webhook): Promise<Reply> {
  const body = await resourceOf(deps, webhook)
  return { status: 200, body, headers: { ETag: etagOf(webhook.version) } }
}

export const webhookEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/webhooks',
    scope: 'admin',
    operationId: 'createWebhook',
    summary: 'Create a webhook',
    description: 'The signing secret is in the answer and is never shown again.',
    tag,
    body: CreateWebhook,
    check: checkBody,
    replies: { 201: { description: 'Created', schema: CreatedWebhook } },
    handle: async ({ manageWebhooks, now }, { body }) => {
      const { webhook, secret } = await createWebhook(manageWebhooks, {
        url: body.url,
        secret: body.secret,
        eventTypes: body.event_types,
        description: body.description,
        scope: toScope(body.scope),
        headers: body.headers,
        auth: body.auth ?? undefined,
        enabled: body.enabled,
        retrySchedule: body.retry_schedule ?? undefined,
        rateLimit: body.rate_limit ?? undefined,
        retentionMs: body.retention ?? undefined,
      })
      // Relative, because behind API Gateway the path begins with a stage.
      const headers = { ETag: etagOf(webhook.version), Location: `webhooks/${webhook.id}` }
      const known = { stats: { total: 0, errored: 0 }, breaker: untroubled, nowMs: now() }
      return { status: 201, body: { ...toWebhookResource(webhook, known), secret }, headers }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/webhooks',
    scope: 'read',
    operationId: 'listWebhooks',
    summary: 'List webhooks, newest first',
    tag,
    query: z.strictObject({
      event_type: EventTypeKey.optional().meta({
        description: 'Only webhooks that get this type, by name or by *',
      }),
      enabled: Flag.optional().meta({ description: 'Only those that are on, or only those that are off' }),
      limit: Limit,
      cursor: webhookCursor,
    }),
    replies: { 200: { description: 'A page of webhooks', schema: Page(WebhookResource) } },
    handle: async (deps, { query: { event_type: eventType, enabled, limit, cursor: before } }) => {
      const found = await deps.webhooks.list({ eventType, enabled, before, limit })
      const data = await Promise.all(found.map((webhook) => resourceOf(deps, webhook)))
      return {
        status: 200,
        body: { data, next_cursor: cursorOf(found.length === limit ? found.at(-1)?.id : undefined) },
      }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/webhooks/{id}',
    scope: 'read',
    operationId: 'getWebhook',
    summary: 'Get a webhook',
    tag,
    params,
    replies: { 200: { description: 'The webhook; its ETag is for If-Match', schema: WebhookResource } },
    handle: async (deps, { params: { id } }) => {
      const webhook = await deps.webhooks.get(id)
      if (webhook === undefined) throw new NotFound('webhook', id)
      return shown(deps, webhook)
    },
  }),
  endpoint({
    method: 'PATCH',
    path: '/webhooks/{id}',
    scope: 'admin',
    operationId: 'updateWebhook',
    summary: 'Change a webhook',
    description:
      'What is absent stays. Changes apply to the next attempt of every delivery. Enabling clears disabled_reason and sets the clock of failures back; last_off in the answer says from when to when events were missed, for a replay.',
    tag,
    params,
    body: UpdateWebhook,
    check: checkBody,
    usesIfMatch: true,
    replies: { 200: { description: 'The webhook as it is now', schema: WebhookResource } },
    handle: async (deps, { params: { id }, body, expectedVersion }) => {
      const changes = {
        url: body.url,
        eventTypes: body.event_types,
        description: body.description,
        scope: body.scope && toScope(body.scope),
        headers: body.headers,
        auth: body.auth,
        enabled: body.enabled,
        retrySchedule: body.retry_schedule,
        rateLimit: body.rate_limit,
        retentionMs: body.retention,
      }
      return shown(deps, await updateWebhook(deps.manageWebhooks, id, { changes, expectedVersion }))
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/webhooks/{id}',
    scope: 'admin',
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook and its log',
    description: 'What is under way for it ends; nothing more is sent.',
    tag,
    params,
    usesIfMatch: true,
    replies: { 204: { description: 'Gone' } },
    handle: async ({ manageWebhooks }, { params: { id }, expectedVersion }) => {
      await deleteWebhook(manageWebhooks, id, expectedVersion)
      return { status: 204 }
    },
  }),
]
