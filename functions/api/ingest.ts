import middy from '@middy/core'
import { Forbidden, InvalidInput, TooLarge, Unauthenticated } from '../domain/errors.ts'
import { isEventType, maxPayloadBytes } from '../domain/event.ts'
import { allows } from '../domain/token.ts'
import type { Log } from '../middleware/log.ts'
import { problemDetails } from '../middleware/problem-details.ts'
import { type AcceptEvents, acceptEvents, bodyHash } from '../use-cases/accept-events.ts'
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

export type Ingest = AcceptEvents & IdentifySource & { readonly tokens: TokenFinder }

// Sourcegraph sends no id: equal bytes of one type within ten minutes are taken for its repeats (docs/sourcegraph.md §2).
const sourceWindowMs = 10 * 60_000
const keyWindowMs = 24 * 3_600_000

/** `POST /events`: a Sourcegraph instance's own signed request, or a publisher's with a token. */
export function ingestHandler(deps: Ingest, log: Log) {
  return middy<GatewayRequest, GatewayReply>()
    .use(problemDetails(log))
    .handler(async (request: GatewayRequest): Promise<GatewayReply> => {
      const signature = headerOf(request, 'x-sourcegraph-webhook-signature')
      return signature === undefined ? fromPublisher(deps, request) : fromSource(deps, request, signature)
    })
}

async function fromSource(deps: Ingest, request: GatewayRequest, signature: string): Promise<GatewayReply> {
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
  const [accepted] = await acceptEvents(deps, { kind: 'source', id: source.id }, [
    { type, payload, idempotency },
  ])
  return jsonReply(202, accepted)
}

async function fromPublisher(deps: Ingest, request: GatewayRequest): Promise<GatewayReply> {
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
  const accepted = await acceptEvents(deps, { kind: 'token', id: token.id }, keyed)
  const bodies = accepted.map((event, index) => {
    const warnings = submissions[index]?.warnings ?? []
    return warnings.length === 0 ? event : { ...event, warnings }
  })
  return jsonReply(202, isArray ? { data: bodies } : bodies[0])
}

function authorizationOf(request: GatewayRequest): string {
  const authorization = headerOf(request, 'authorization')
  if (authorization !== undefined) return authorization
  throw new Unauthenticated(
    'Send a token with the scope "publish" ("Authorization: Bearer <token>"), or sign the request as a Sourcegraph webhook does (X-Sourcegraph-Webhook-Signature).',
  )
}
