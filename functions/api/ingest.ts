import middy from '@middy/core'
import { Forbidden, InvalidInput, TooLarge, Unauthenticated } from '../domain/errors.ts'
import { isEventType, maxPayloadBytes, type Origin } from '../domain/event.ts'
import type { Observe } from '../domain/observation.ts'
import { allows } from '../domain/token.ts'
import type { Log } from '../middleware/log.ts'
import { problemDetails } from '../middleware/problem-details.ts'
import {
  type AcceptEvents,
  type Accepted,
  acceptEvents,
  bodyHash,
  type Submission,
} from '../use-cases/accept-events.ts'
import { authenticate, type TokenFinder } from '../use-cases/authenticate.ts'
import { type IdentifySource, identifySource } from '../use-cases/identify-source.ts'
import {
  bodyBytes,
  type GatewayReply,
  type GatewayRequest,
  headerOf,
  jsonReply,
  parseJson,
} from './gateway.ts'
import { parseSubmissions } from './submissions.ts'

export type Ingest = AcceptEvents &
  IdentifySource & { readonly tokens: TokenFinder; readonly observe: Observe }

// Sourcegraph sends no id: equal bytes of one type within ten minutes are taken for its repeats (docs/sourcegraph.md §2).
const sourceWindowMs = 10 * 60_000
const keyWindowMs = 24 * 3_600_000

/** `POST /events`: a Sourcegraph instance's own signed request, or a publisher's with a token. */
export function ingestHandler(deps: Ingest, log: Log) {
  return middy<GatewayRequest, GatewayReply>()
    .use(problemDetails(log))
    .handler(async (request: GatewayRequest): Promise<GatewayReply> => {
      const signature = headerOf(request, 'x-sourcegraph-webhook-signature')
      const accept = accepting(deps, request)
      const body = await (signature === undefined
        ? fromPublisher(deps, request, accept)
        : fromSource(deps, request, { signature, accept }))
      return jsonReply(202, body, { 'X-Request-Id': request.requestContext.requestId })
    })
}

type Accept = (origin: Origin, submissions: readonly Submission[]) => Promise<readonly Accepted[]>

/** Accepts what a call brings, and tells of each event which call that was. */
function accepting(deps: Ingest, { requestContext: { requestId } }: GatewayRequest): Accept {
  const startedAt = deps.now()
  return async (origin, submissions) => {
    const accepted = await acceptEvents(deps, origin, submissions)
    const durationMs = deps.now() - startedAt
    for (const [index, { id, type, duplicate }] of accepted.entries())
      deps.observe({
        kind: 'event accepted',
        ...{ event_id: id, event_type: type, origin: origin.kind, origin_id: origin.id },
        payload_bytes: submissions[index]?.payload.byteLength ?? 0,
        ...{ duplicate, request_id: requestId, duration_ms: durationMs },
      })
    return accepted
  }
}

async function fromSource(
  deps: Ingest,
  request: GatewayRequest,
  { signature, accept }: { signature: string; accept: Accept },
): Promise<unknown> {
  const payload = bodyBytes(request)
  const source = await identifySource(deps, payload, signature)
  const type = headerOf(request, 'x-sourcegraph-webhook-event-type') ?? ''
  if (!isEventType(type)) {
    const detail = 'must name the event type, such as batch_change:apply.'
    throw new InvalidInput([{ field: 'X-Sourcegraph-Webhook-Event-Type', detail }])
  }
  if (payload.byteLength > maxPayloadBytes)
    throw new TooLarge('The payload is larger than 256 KiB (262,144 bytes).')
  parseJson(payload)
  const idempotency = { key: bodyHash(type, payload), windowMs: sourceWindowMs }
  const [accepted] = await accept({ kind: 'source', id: source.id }, [{ type, payload, idempotency }])
  return accepted
}

async function fromPublisher(deps: Ingest, request: GatewayRequest, accept: Accept): Promise<unknown> {
  const token = await authenticate(deps, authorizationOf(request))
  if (!allows(token.scopes, 'publish')) {
    throw new Forbidden(`The token ${token.id} may not post events: that takes the scope "publish".`)
  }
  const { submissions, isArray } = parseSubmissions(bodyBytes(request), headerOf(request, 'idempotency-key'))
  const keyed = submissions.map(({ type, payload, idempotencyKey }) => ({
    type,
    payload,
    idempotency: idempotencyKey === undefined ? undefined : { key: idempotencyKey, windowMs: keyWindowMs },
  }))
  const accepted = await accept({ kind: 'token', id: token.id }, keyed)
  const bodies = accepted.map((event, index) => {
    const warnings = submissions[index]?.warnings ?? []
    return warnings.length === 0 ? event : { ...event, warnings }
  })
  return isArray ? { data: bodies } : bodies[0]
}

function authorizationOf(request: GatewayRequest): string {
  const authorization = headerOf(request, 'authorization')
  if (authorization !== undefined) return authorization
  throw new Unauthenticated(
    'Send a token with the scope "publish" ("Authorization: Bearer <token>"), or sign the request as a Sourcegraph webhook does (X-Sourcegraph-Webhook-Signature).',
  )
}
