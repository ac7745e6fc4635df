import type { GatewayRequest } from '../../functions/api/gateway.ts'
import type { Attempt, Delivery } from '../../functions/domain/delivery.ts'
import type { Event } from '../../functions/domain/event.ts'
import { examplePayload } from '../../functions/domain/event-types.ts'
import { deliveryId, eventId, firstEventIdAt, runOf, shortId } from '../../functions/domain/ids.ts'
import type { DeliveryMessage } from '../../functions/domain/messages.ts'
import type { FailureReason, Outcome, ReceivedResponse } from '../../functions/domain/outcome.ts'
import type { Replay } from '../../functions/domain/replay.ts'
import { parseSealed } from '../../functions/domain/sealed.ts'
import type { Source } from '../../functions/domain/source.ts'
import { type Token, tokenHash } from '../../functions/domain/token.ts'
import type { Webhook } from '../../functions/domain/webhook.ts'

/** When all that is built here happened unless a test says otherwise: 2026-11-23 14:20 UTC. */
export const builtAt = Date.UTC(2026, 10, 23, 14, 20)

let made = 0

/** Takes the place of chance: 16 bytes, the first six of them not given out before. */
function entropy(): Uint8Array {
  made += 1
  return Uint8Array.from({ length: 16 }, (_, place) => (place < 6 ? Math.floor(made / 32 ** place) % 32 : 0))
}

/** A webhook that is on and wants every event; each call has another id. */
export function aWebhook(over: Partial<Webhook> = {}): Webhook {
  return {
    id: shortId('whk', over.createdAt ?? builtAt, entropy()),
    url: 'https://ci.example.com/hooks/sourcegraph',
    description: '',
    eventTypes: ['*'],
    scope: {},
    headers: {},
    auth: undefined,
    secret: parseSealed('not-really-sealed'),
    previousSecret: undefined,
    enabled: true,
    disabledReason: null,
    disabledAt: null,
    lastOff: null,
    failuresFrom: 0,
    warned: 0,
    retrySchedule: undefined,
    rateLimit: undefined,
    retentionMs: undefined,
    hiddenBefore: undefined,
    version: 1,
    createdAt: builtAt,
    updatedAt: over.createdAt ?? builtAt,
    ...over,
  }
}

/** A batch change that a token's holder posted; the id carries `acceptedAt`. */
export function anEvent(over: Partial<Event> = {}): Event {
  const type = over.type ?? 'batch_change:apply'
  return {
    id: eventId(over.acceptedAt ?? builtAt, entropy()),
    type,
    payload: examplePayload(type) ?? Buffer.from('{}'),
    origin: { kind: 'token', id: shortId('tok', builtAt, entropy()) },
    acceptedAt: builtAt,
    ...over,
  }
}

/** A delivery before its first attempt; its id fits its event, its webhook and its trigger. */
export function aDelivery(over: Partial<Delivery> = {}): Delivery {
  const createdAt = over.createdAt ?? builtAt
  const trigger = over.trigger ?? 'event'
  const key = {
    eventId: over.eventId ?? eventId(createdAt, entropy()),
    webhookId: over.webhookId ?? shortId('whk', createdAt, entropy()),
    run: trigger === 'redelivery' || trigger === 'replay' ? runOf(createdAt, entropy()) : undefined,
  }
  return {
    id: deliveryId(key),
    eventId: key.eventId,
    webhookId: key.webhookId,
    eventType: 'batch_change:apply',
    trigger,
    status: 'pending',
    attempts: 0,
    createdAt,
    updatedAt: createdAt,
    nextAttemptAt: null,
    lastStatus: null,
    lastDurationMs: null,
    lastError: null,
    errored: false,
    erasedAt: null,
    ...over,
  }
}

/** A replay that has just been started, of all events of the last hour. */
export function aReplay(over: Partial<Replay> = {}): Replay {
  const createdAt = over.createdAt ?? builtAt
  const since = over.since ?? createdAt - 3_600_000
  return {
    id: shortId('rpl', createdAt, entropy()),
    webhookId: shortId('whk', builtAt, entropy()),
    include: 'all',
    since,
    until: createdAt,
    dryRun: false,
    rate: 50,
    status: 'running',
    reason: null,
    examined: 0,
    matched: 0,
    queued: 0,
    skipped: 0,
    position: firstEventIdAt(since),
    pacedUntil: createdAt,
    lease: null,
    version: 1,
    createdAt,
    updatedAt: createdAt,
    finishedAt: null,
    ...over,
  }
}

/** The first attempt of a delivery, answered 200. */
export function anAttempt(over: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    sentAt: builtAt,
    durationMs: 12,
    request: {
      url: 'https://ci.example.com/hooks/sourcegraph',
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
    },
    response: { status: 200, headers: {}, body: 'ok', bodyEncoding: 'utf8', truncated: false },
    error: null,
    ...over,
  }
}

/** The message that asks for a delivery's next attempt. */
export function aDeliveryMessage(delivery: Delivery, over: Partial<DeliveryMessage> = {}): DeliveryMessage {
  return {
    delivery_id: delivery.id,
    event_type: delivery.eventType,
    attempt: delivery.attempts + 1,
    trigger: delivery.trigger,
    payload: '{"id":"QmF0Y2hDaGFuZ2U6MTcz"}',
    ...over,
  }
}

/** The outcome of a request that was answered; names of `headers` in lower case, as the sender gives them. */
export function answered(status: number, headers: ReceivedResponse['headers'] = {}): Outcome {
  return { kind: 'response', response: { status, headers, body: Buffer.from('answer'), truncated: false } }
}

/** The outcome of a request that was not answered. */
export function unanswered(reason: FailureReason = 'connection', message = 'It did not answer.'): Outcome {
  return { kind: 'failure', reason, message }
}

export function aSource(over: Partial<Source> = {}): Source {
  return {
    id: shortId('src', over.createdAt ?? builtAt, entropy()),
    name: 'sourcegraph.example.com',
    secret: parseSealed('not-really-sealed'),
    createdAt: builtAt,
    lastEventAt: null,
    ...over,
  }
}

/** A stored token that may do everything and does not expire; it is the one whose text is `plain`. */
export function aToken(over: Partial<Token> = {}, plain = 'sgwh_for-tests'): Token {
  return {
    id: shortId('tok', over.createdAt ?? builtAt, entropy()),
    name: 'tests',
    hash: tokenHash(plain),
    scopes: ['admin', 'read', 'publish'],
    createdAt: builtAt,
    expiresAt: null,
    ...over,
  }
}

/** A request as API Gateway's REST API hands it to a function; a `POST /events` without a body unless told otherwise. */
export function aGatewayRequest(over: Partial<GatewayRequest> = {}): GatewayRequest {
  const httpMethod = over.httpMethod ?? 'POST'
  const path = over.path ?? '/events'
  return {
    resource: path,
    path,
    httpMethod,
    headers: {},
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      authorizer: null,
      httpMethod,
      identity: { ...nobody, sourceIp: '192.0.2.1', userAgent: 'tests' },
      path,
      protocol: 'HTTP/1.1',
      requestId: 'request-1',
      requestTimeEpoch: builtAt,
      resourceId: 'resource',
      resourcePath: path,
      stage: 'test',
    },
    body: null,
    isBase64Encoded: false,
    ...over,
  }
}

const nobody = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
}
