import {
  type CreateDocumentOptions,
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { version } from '../version.ts'
import type { Endpoint } from './endpoint.ts'
import { ingestOperation, ingestProblems } from './endpoints/ingest-document.ts'
import { otherProblem, problemDocument } from './endpoints/problem-document.ts'
import { receiverOperation } from './endpoints/receiver-document.ts'

const tags = [
  { name: 'Webhooks', description: 'The receivers: where to send, what, and how.' },
  { name: 'Events', description: 'What happened: posted once, delivered to every webhook that wants it.' },
  { name: 'Deliveries', description: 'The log: one event for one webhook, with every attempt.' },
  { name: 'Replays', description: 'Many events sent to a webhook again, since a time.' },
  { name: 'Sources', description: 'The Sourcegraph instances that post events, known by their signature.' },
  { name: 'Tokens', description: 'Who may call this API, and what for.' },
  { name: 'Service', description: 'The service itself.' },
]

const info = {
  title: 'Outgoing webhooks for Sourcegraph',
  version,
  description: `Takes Sourcegraph's events once and delivers each to every webhook that wants it: signed, retried for days, logged.

JSON with \`snake_case\` names, times in RFC 3339 and UTC. Lists are \`{"data": […], "next_cursor": …}\`: ask again with \`cursor\` until it is null. Errors are problem details (RFC 9457) whose \`code\` is stable and whose \`errors\` name every bad field. An unknown field in a request is refused; replies may gain fields.`,
}

const servers = [
  {
    url: '{base}',
    description: 'Your own deployment',
    variables: {
      base: { default: 'http://127.0.0.1:8787', description: 'The URL that it printed when it started' },
    },
  },
]

const securitySchemes = {
  bearerToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token. The scope that a call takes is named with it; `admin` includes `read`.',
  },
  sourcegraphSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Sourcegraph-Webhook-Signature',
    description: "HMAC-SHA256 of the body's bytes under a source's secret, in lower-case hex.",
  },
} as const

const headers = {
  ETag: { description: "The webhook's version, for If-Match", schema: { type: 'string', example: '"3"' } },
  Location: {
    description: 'Path of what was made',
    schema: { type: 'string', example: '/webhooks/whk_01kaqc3h5n8r2c4x' },
  },
  RetryAfter: {
    description: 'Seconds to wait before sending the same request again',
    schema: { type: 'integer', example: 2 },
  },
  WWWAuthenticate: { description: 'How to authenticate', schema: { type: 'string', example: 'Bearer' } },
} as const

const ifMatch = {
  in: 'header',
  name: 'If-Match',
  description:
    'The ETag that came with the webhook: when it has changed since, nothing is done (412). Absent or *: whatever its version',
  schema: { type: 'string', example: '"3"' },
} as const

/** What successful replies carry beside their body, by operation. */
const replyHeaders: Readonly<Record<string, readonly ('ETag' | 'Location')[]>> = {
  createWebhook: ['ETag', 'Location'],
  getWebhook: ['ETag'],
  updateWebhook: ['ETag'],
  rotateSecret: ['ETag'],
  redeliver: ['Location'],
  startReplay: ['Location'],
}

/** The OpenAPI document as it is committed and served: JSON text. */
export function openApiText(endpoints: readonly Endpoint[]): string {
  return `${JSON.stringify(openApiDocument(endpoints), null, 2)}\n`
}

/** The OpenAPI 3.1 document of the endpoints, of `POST /events`, and of the request that receivers get. */
export function openApiDocument(endpoints: readonly Endpoint[]): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {}
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operationOf(endpoint) }
  }
  const post = {
    ...ingestOperation,
    responses: { ...ingestOperation.responses, ...problems(ingestProblems) },
  }
  paths['/events'] = { ...paths['/events'], post }
  return createDocument(
    {
      openapi: '3.1.1',
      info,
      servers,
      tags,
      paths,
      webhooks: { event: { post: receiverOperation } },
      components: { securitySchemes, headers, parameters: { IfMatch: ifMatch } },
    },
    { override: withoutNoise },
  )
}

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { operationId, summary, description, tag, scope, params, query, body, usesIfMatch } = endpoint
  const required = endpoint.bodyIsOptional !== true
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    security: securityOf(scope),
    ...(usesIfMatch === true && { parameters: [{ $ref: '#/components/parameters/IfMatch' }] }),
    requestParams: { ...(params && { path: params }), ...(query && { query }) },
    ...(body && { requestBody: { required, content: { 'application/json': { schema: body } } } }),
    responses: { ...successes(endpoint), ...problems(problemsOf(endpoint)) },
  }
}

function securityOf(scope: Endpoint['scope']): { bearerToken: string[] }[] {
  if (scope === 'public') return []
  return [{ bearerToken: scope === 'any' ? [] : [scope] }]
}

function successes({ operationId, replies }: Endpoint): ZodOpenApiResponsesObject {
  const names = replyHeaders[operationId]
  const headers =
    names && Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
  const documents = Object.entries(replies)
    .filter(([status]) => Number(status) < 400)
    .map(([status, { description, schema }]): [string, ZodOpenApiResponseObject] => [
      status,
      {
        description,
        ...(headers && { headers }),
        ...(schema && { content: { 'application/json': { schema } } }),
      },
    ])
  return Object.fromEntries(documents)
}

/** The statuses that a call can fail with; with words of its own where the endpoint's table has them. */
function problemsOf({
  scope,
  params,
  body,
  usesIfMatch,
  replies,
}: Endpoint): Record<number, string | undefined> {
  const statuses = [
    ...(body === undefined ? [] : [400, 413]),
    ...(scope === 'public' ? [] : [401]),
    ...(scope === 'public' || scope === 'any' ? [] : [403]),
    ...(params === undefined ? [] : [404]),
    ...(usesIfMatch === true ? [412] : []),
    422,
  ]
  const own = Object.entries(replies).filter(([status]) => Number(status) >= 400)
  return {
    ...Object.fromEntries(statuses.map((status) => [status, undefined])),
    ...Object.fromEntries(own.map(([status, { description }]) => [status, description])),
  }
}

function problems(descriptions: Readonly<Record<number, string | undefined>>): ZodOpenApiResponsesObject {
  const documents = Object.entries(descriptions).map(([status, description]) => [
    status,
    problemDocument(Number(status), description),
  ])
  return { ...Object.fromEntries(documents), default: otherProblem }
}

/** Leaves out what zod adds and no reader needs; and what would forbid replies to gain fields. */
const withoutNoise: NonNullable<CreateDocumentOptions['override']> = ({ jsonSchema, io }) => {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
  delete jsonSchema.propertyNames
}
