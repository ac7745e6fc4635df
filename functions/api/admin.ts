import middy from '@middy/core'
import { MalformedBody, NotFound } from '../domain/errors.ts'
import type { Log } from '../middleware/log.ts'
import { problemDetails } from '../middleware/problem-details.ts'
import type { AdminDeps } from './admin-deps.ts'
import { withComparableLengths } from './comparable-lengths.ts'
import type { Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import {
  bodyBytes,
  type GatewayReply,
  type GatewayRequest,
  headerOf,
  jsonReply,
  parseJson,
} from './gateway.ts'
import { hasLoneSurrogate } from './lone-surrogate.ts'
import { mustAllow } from './must-allow.ts'

const byRoute = new Map(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint]))

/** Every route but `POST /events`; the authorizer has run before, and tells here what the token may do. */
export function adminHandler(deps: AdminDeps, log: Log) {
  return middy<GatewayRequest, GatewayReply>()
    .use(problemDetails(log))
    .handler(async (request: GatewayRequest): Promise<GatewayReply> => {
      const route = `${request.httpMethod} ${request.resource}`
      const endpoint = byRoute.get(route)
      if (endpoint === undefined) throw new NotFound('route', route)
      if (endpoint.scope !== 'public' && endpoint.scope !== 'any') mustAllow(endpoint.scope, request)
      const reply = await endpoint.run(deps, {
        params: definedOf(request.pathParameters),
        query: definedOf(request.queryStringParameters),
        body: bodyOf(endpoint, request),
        ifMatch: headerOf(request, 'if-match'),
        authorizer: request.requestContext.authorizer,
      })
      if (reply.body === undefined)
        return { statusCode: reply.status, headers: { ...reply.headers }, body: '' }
      return jsonReply(reply.status, reply.body, reply.headers)
    })
}

function bodyOf({ body, bodyIsOptional }: Endpoint, request: GatewayRequest): unknown {
  if (body === undefined) return undefined
  const bytes = bodyBytes(request)
  if (bytes.length === 0 && bodyIsOptional === true) return {}
  const json = parseJson(bytes)
  if (hasLoneSurrogate(bytes.toString('utf8')))
    throw new MalformedBody(
      'The body has half of a surrogate pair (\\ud800 to \\udfff), which is no character.',
    )
  return withComparableLengths(json)
}

function definedOf(values: Readonly<Record<string, string | undefined>> | null): Record<string, string> {
  const defined = Object.entries(values ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return Object.fromEntries(defined)
}
