import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  APIGatewayRequestAuthorizerEvent,
  Context,
} from 'aws-lambda'
import findMyWay, { type HTTPMethod } from 'find-my-way'
import { endpoints } from '../functions/api/endpoints.ts'
import { problemOf, problemReply } from '../functions/api/problem.ts'
import { NotFound, TooLarge, Unauthenticated } from '../functions/domain/errors.ts'
import type { Log } from '../functions/middleware/log.ts'
import { type Route, requestContext, toGatewayRequest } from './gateway-request.ts'
import { lambdaContext } from './lambda-context.ts'
import { readBody } from './read-body.ts'

// What Lambda takes of a request at most (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const maxBodyBytes = 6 * 1024 * 1024

type Handler<Request, Reply> = (request: Request, context: Context) => Promise<Reply>

interface Handlers {
  readonly ingest: Handler<APIGatewayProxyEvent, APIGatewayProxyResult>
  readonly admin: Handler<APIGatewayProxyEvent, APIGatewayProxyResult>
  readonly authorize: Handler<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>
}

interface Found {
  readonly resource: string
  readonly handler: 'ingest' | 'admin'
  readonly isPublic: boolean
}

/** Does for the entries what API Gateway does: routes, has the authorizer decide, and turns HTTP into its requests. */
export function createGateway(handlers: Handlers, log: Log): Server {
  const router = findMyWay()
  const add = (method: HTTPMethod, found: Found) =>
    router.on(method, found.resource.replace(/\{(\w+)\}/g, ':$1'), () => {}, found)
  add('POST', { resource: '/events', handler: 'ingest', isPublic: true })
  for (const { method, path, scope } of endpoints)
    add(method, { resource: path, handler: 'admin', isPublic: scope === 'public' })

  async function answer(request: IncomingMessage): Promise<APIGatewayProxyResult> {
    const body = await readBody(request, maxBodyBytes)
    if (body === undefined) throw new TooLarge('The request is larger than 6 MiB.')
    const method = request.method ?? 'GET'
    const url = targetOf(request)
    const match = router.find(asMethod(method), url.pathname)
    if (match === null) return notRouted(method, url)
    const { resource, handler, isPublic } = match.store as Found
    const route = { resource, params: definedOf(match.params) }
    const authorizer = isPublic ? undefined : await authorized(request, url, route)
    const gatewayRequest = toGatewayRequest(request, { url, route, body, authorizer })
    return handlers[handler](gatewayRequest, lambdaContext(handler))
  }

  function notRouted(method: string, url: URL): APIGatewayProxyResult {
    const allowed = ['GET', 'POST', 'PATCH', 'DELETE'].filter(
      (other) => router.find(asMethod(other), url.pathname) !== null,
    )
    if (allowed.length === 0) throw new NotFound('page', url.pathname)
    const detail = `${url.pathname} does not take ${method}. It takes: ${allowed.join(', ')}.`
    const reply = problemReply(
      { status: 405, code: 'method_not_allowed', title: 'Method not allowed', detail },
      undefined,
    )
    return { ...reply, headers: { ...reply.headers, Allow: allowed.join(', ') } }
  }

  /** The authorizer's context for an allowed request; what it denies is answered 401 with its reason. */
  async function authorized(
    request: IncomingMessage,
    url: URL,
    route: Route,
  ): Promise<Record<string, unknown>> {
    const context = requestContext(request, { url, route })
    const event: APIGatewayRequestAuthorizerEvent = {
      ...toGatewayRequest(request, { url, route, body: Buffer.alloc(0) }),
      type: 'REQUEST',
      methodArn: `arn:aws:execute-api:local:000000000000:local/local/${request.method}${url.pathname}`,
      requestContext: { ...context, authorizer: undefined },
    }
    const { policyDocument, context: granted } = await handlers.authorize(event, lambdaContext('authorize'))
    if (policyDocument.Statement[0]?.Effect !== 'Allow')
      throw new Unauthenticated(String(granted?.detail ?? 'Send a token.'))
    return { ...granted }
  }

  const server = createServer((request, response) => {
    answer(request)
      .catch((error: unknown) => {
        const problem = problemOf(error)
        // A client that broke off its request gets no answer, and is nobody's fault here.
        if (problem.status >= 500 && request.complete)
          log.error('a request failed', { route: request.method, error: String(error) })
        return problemReply(problem, undefined, error)
      })
      .then((reply) => {
        // Once it stops, a kept connection would bring the next request.
        if (!server.listening) response.shouldKeepAlive = false
        write(response, reply)
      })
      .catch((error: unknown) => {
        log.error('an answer could not be written', { error: String(error) })
        response.destroy()
      })
  })
  return server
}

/** What the request asks for. A path of `//host` is a path: it is put behind an authority before it is parsed. */
function targetOf({ url = '/' }: IncomingMessage): URL {
  const target = url.startsWith('/') ? `http://localhost${url}` : url
  if (!URL.canParse(target)) throw new NotFound('page', url)
  return new URL(target)
}

function write(response: ServerResponse, { statusCode, headers, body }: APIGatewayProxyResult): void {
  const bytes = Buffer.from(body, 'utf8')
  const sent = statusCode === 204 ? {} : { 'Content-Length': bytes.length }
  response.writeHead(statusCode, {
    ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])),
    ...sent,
  })
  response.end(statusCode === 204 ? undefined : bytes)
}

const methods: readonly HTTPMethod[] = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS']

/** A method that the router knows; any other is taken for one that nothing is routed for. */
function asMethod(method: string): HTTPMethod {
  return methods.find((known) => known === method) ?? 'OPTIONS'
}

function definedOf(params: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
