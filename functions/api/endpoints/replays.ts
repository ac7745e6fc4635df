import * as z from 'zod'
import { NotFound } from '../../domain/errors.ts'
import { cancelReplay, findReplay } from '../../use-cases/cancel-replay.ts'
import { startReplay } from '../../use-cases/start-replay.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { Cursor, cursorOf, IdParam, Limit, Page, ReplayId, WebhookId } from '../schemas/fields.ts'
import { ReplayResource, StartReplay, toReplayResource } from '../schemas/replay.ts'

const tag = 'Replays'

export const replayEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/webhooks/{id}/replay',
    scope: 'admin',
    operationId: 'startReplay',
    summary: 'Send many events again',
    description:
      'Runs in the background; look at it under Location. Each event gets a new delivery with the trigger "replay" and the replay\'s id, under the same webhook-id. An event with a delivery that is not over is never sent a second time.',
    tag,
    params: IdParam(WebhookId),
    body: StartReplay,
    replies: {
      200: { description: 'A dry run that is over: the counts', schema: ReplayResource },
      202: { description: 'It is running', schema: ReplayResource },
      409: { description: 'The webhook is off, or another replay of it is running' },
      503: { description: 'The events could not be read now' },
    },
    handle: async ({ replay: deps }, { params: { id }, body }) => {
      const replay = await startReplay(deps, id, {
        since: body.since,
        until: body.until ?? undefined,
        include: body.include,
        rate: body.rate,
        dryRun: body.dry_run,
      })
      return {
        status: replay.status === 'running' ? 202 : 200,
        body: toReplayResource(replay),
        // Relative, because behind API Gateway the path begins with a stage.
        headers: { Location: `../../replays/${replay.id}` },
      }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/webhooks/{id}/replays',
    scope: 'read',
    operationId: 'listReplays',
    summary: "A webhook's replays, newest first",
    tag,
    params: IdParam(WebhookId),
    query: z.strictObject({ limit: Limit, cursor: Cursor(/^rpl_[0-9a-z]{16}$/) }),
    replies: { 200: { description: 'A page of replays', schema: Page(ReplayResource) } },
    handle: async ({ replay: { webhooks, replays } }, { params: { id: webhookId }, query }) => {
      if ((await webhooks.get(webhookId)) === undefined) throw new NotFound('webhook', webhookId)
      const { limit, cursor: before } = query
      const found = await replays.list({ webhookId, before, limit })
      const next = found.length === limit ? found.at(-1)?.id : undefined
      return { status: 200, body: { data: found.map(toReplayResource), next_cursor: cursorOf(next) } }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/replays/{id}',
    scope: 'read',
    operationId: 'getReplay',
    summary: 'How far a replay has come',
    tag,
    params: IdParam(ReplayId),
    replies: { 200: { description: 'The replay', schema: ReplayResource } },
    handle: async ({ replay: deps }, { params: { id } }) => ({
      status: 200,
      body: toReplayResource(await findReplay(deps, id)),
    }),
  }),
  endpoint({
    method: 'POST',
    path: '/replays/{id}/cancel',
    scope: 'admin',
    operationId: 'cancelReplay',
    summary: 'Stop a replay',
    description:
      'It queues nothing more. What it has queued is sent, at most 75 s worth at its rate. One that is over stays as it is.',
    tag,
    params: IdParam(ReplayId),
    replies: { 200: { description: 'The replay as it is now', schema: ReplayResource } },
    handle: async ({ replay: deps }, { params: { id } }) => ({
      status: 200,
      body: toReplayResource(await cancelReplay(deps, id)),
    }),
  }),
]
