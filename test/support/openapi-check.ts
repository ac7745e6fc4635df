import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import * as z from 'zod'
import type { ApiReply } from './api-client.ts'

/** A request as far as the document speaks of it; `body` as JSON, undefined without one. */
export interface SentRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

const Content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }))
const Reply = z.object({
  $ref: z.string().optional(),
  headers: z.record(z.string(), z.unknown()).default({}),
  content: Content.default({}),
})
type Reply = z.output<typeof Reply>
const Operation = z.object({
  operationId: z.string(),
  requestBody: z.object({ required: z.boolean().default(false), content: Content }).optional(),
  responses: z.record(z.string(), Reply),
})
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({
    responses: z.record(z.string(), Reply),
    schemas: z.record(z.string(), z.unknown()),
  }),
})

/** Every object of a schema closed to properties that it does not name: the document lets replies gain some. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return 'properties' in copy ? { additionalProperties: false, ...copy } : copy
}

const file = new URL('../../functions/api/openapi.json', import.meta.url)
const { paths, components } = Document.parse(closed(JSON.parse(readFileSync(file, 'utf8'))))
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    ...operation,
  })),
)

const ajv = new Ajv2020({
  allErrors: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, uri: URL.canParse },
})
ajv.addVocabulary(['components', 'example'])
const validators = new WeakMap<object, ValidateFunction>()

/** Where a value breaks a schema of the document, in words. */
function breaks(schema: Readonly<Record<string, unknown>>, value: unknown, what: string): string[] {
  const validate = validators.get(schema) ?? ajv.compile({ ...schema, components })
  validators.set(schema, validate)
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [what + instancePath, message, JSON.stringify(params)].join(' '),
  )
}

/** In what way an answer, or a request that succeeded, differs from the OpenAPI document; empty when in none. */
export function differences(request: SentRequest, reply: ApiReply): readonly string[] {
  const path = request.path.replace(/\?.*/, '')
  const operation = operations.find(({ method, pattern }) => method === request.method && pattern.test(path))
  if (operation === undefined) {
    const isRefused = reply.status === 404 || reply.status === 405
    return isRefused
      ? differencesOfReply(resolved('OtherProblem'), reply)
      : ['The document has no such call.']
  }
  // Headers that are too large: no route has been looked for yet.
  if (reply.status === 431) return differencesOfReply(resolved('OtherProblem'), reply)
  const described = operation.responses[reply.status]
  if (described === undefined) return [`The document has no ${reply.status} of ${operation.operationId}.`]
  const sent = operation.requestBody?.content['application/json']
  const isLeftOut = request.body === undefined && operation.requestBody?.required !== true
  return [
    ...(sent === undefined || isLeftOut || reply.status >= 400
      ? []
      : breaks(sent.schema, request.body, 'request')),
    ...differencesOfReply(described, reply),
  ]
}

function resolved(name: string): Reply {
  const found = components.responses[name]
  if (found === undefined) throw new Error(`The document has no response ${name}.`)
  return found
}

const significantHeaders = ['ETag', 'Location', 'Retry-After', 'WWW-Authenticate']

function differencesOfReply({ $ref, ...inline }: Reply, reply: ApiReply): string[] {
  const { headers, content } = $ref === undefined ? inline : resolved($ref.replace(/^.*\//, ''))
  const wrongHeaders = significantHeaders
    .filter((name) => reply.headers.has(name) !== name in headers)
    .map((name) => `The header ${name} is ${name in headers ? 'missing' : 'not in the document'}.`)
  const [mediaType, media] = Object.entries(content)[0] ?? []
  if (mediaType === undefined || media === undefined)
    return reply.body === undefined ? wrongHeaders : [...wrongHeaders, 'The document has no body here.']
  const sentType = reply.headers.get('content-type')
  const wrongType =
    sentType?.split(';')[0] === mediaType ? [] : [`The body is ${sentType}, not ${mediaType}.`]
  return [...wrongHeaders, ...wrongType, ...breaks(media.schema, reply.body, 'reply')]
}
