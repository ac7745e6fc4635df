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
import { consoleRoutes } from '../functions/console/handler.ts'
import { NotFound, TooLarge, Unauthenticated } from '../functions/domain/errors.ts'
import type { Log } from '../functions/middleware/log.ts'
import { type Route, requestContext, toGatewayRequest } from './gateway-request.ts'
import { lambdaContext } from './lambda-context.ts'
import type { Answered } from './prometheus.ts'
import { readBody } from './read-body.ts'
import { requestTarget } from './request-target.ts'
import { answerUnreadable, malformed } from './unreadable-request.ts'

// What Lambda takes of a request at most (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const maxBodyBytes = 6 * 1024 * 1024
const noRoute = 'none'

type Handler<Request, Reply> = (request: Request, context: Context) => Promise<Reply>

interface Handlers {
  readonly ingest: Handler<APIGatewayProxyEvent, APIGatewayProxyResult>
  readonly admin: Handler<APIGatewayProxyEvent, APIGatewayProxyResult>
  readonly authorize: Handler<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>
  /** `GET /metrics`, where there is one. */
  readonly metrics?: Handler<APIGatewayProxyEvent, APIGatewayProxyResult>
  /** `GET /console` and what lies under it, where there is one. */
  readonly console?: Handler<APIGatewayProxyEvent, APIGatewayProxyResult>
}

interface Found {
  readonly resource: string
  readonly name: string
  readonly handler: Handlers['admin']
  readonly isPublic: boolean
}

/**
 * Does for the entries what API Gateway does: routes, has the authorizer decide, and turns HTTP into its requests.
 * @param answered is told of every answer.
 */
export function createGateway(
  handlers: Handlers,
  log: Log,
  answered: (answered: Answered) => void = () => {},
): Server {
  const router = findMyWay()
  const add = (method: HTTPMethod, found: Found, path: string = found.resource) =>
    router.on(method, path.replace(/\{(\w+)\}/g, ':$1').replace('{proxy+}', '*'), () => {}, found)
  add('POST', { resource: '/events', name: 'ingest', handler: handlers.ingest, isPublic: true })
  for (const { method, path, scope } of endpoints)
    add(method, { resource: path, name: 'admin', handler: handlers.admin, isPublic: scope === 'public' })
  if (handlers.metrics !== undefined)
    add('GET', { resource: '/metrics', name: 'metrics', handler: handlers.metrics, isPublic: false })
  if (handlers.console !== undefined) {
    const [top, below] = consoleRoutes
    const console = { name: 'console', handler: handlers.console, isPublic: true }
    add('GET', { resource: top, ...console })
    // API Gateway takes a slash at the end of any path; here nothing else has one.
    add('GET', { resource: top, ...console }, `${top}/`)
    add('GET', { resource: below, ...console })
  }

  async function answer(request: IncomingMessage): Promise<{ route: string; reply: APIGatewayProxyResult }> {
    if (request.httpVersion === '1.1' && request.headers.host === undefined)
      return { route: noRoute, reply: problemReply(malformed('it has no Host header'), undefined) }
    const body = await readBody(request, maxBodyBytes)
    if (body === undefined) throw new TooLarge('The request is larger than 6 MiB.')
    const method = request.method ?? 'GET'
    const url = requestTarget(request)
    const match = found(method, url)
    if (match === null) return { route: noRoute, reply: notRouted(method, url) }
    const { resource, name, handler, isPublic } = match.store as Found
    const { '*': proxy, ...params } = match.params
    const route = { resource, params: definedOf({ ...params, proxy }) }
    const handle = async () => {
      const authorizer = isPublic ? undefined : await authorized(request, url, route)
      const gatewayRequest = toGatewayRequest(request, { url, route, body, authorizer })
      return handler(gatewayRequest, lambdaContext(name))
    }
    return { route: resource, reply: await handle().catch(failed(request)) }
  }

  /** An error as its answer. */
  function failed(request: IncomingMessage): (error: unknown) => APIGatewayProxyResult {
    return (error) => {
      const problem = problemOf(error)
      // A client that broke off its request gets no answer, and is nobody's fault here.
      if (problem.status >= 500 && request.complete)
        log.error('a request failed', { route: request.method, error: String(error) })
      return problemReply(problem, undefined, error)
    }
  }

  /** The route; none where a parameter is empty: `/webhooks/` is no webhook. */
  function found(method: string, { pathname }: URL) {
    const match = router.find(asMethod(method), pathname)
    return match !== null && Object.values(match.params).includes('') ? null : match
  }

  function notRouted(method: string, url: URL): APIGatewayProxyResult {
    const allowed = ['GET', 'POST', 'PATCH', 'DELETE'].filter((other) => found(other, url) !== null)
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

  // Node would answer a request without a host by itself, and without a word.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    answer(request)
      .catch((error: unknown) => ({ route: noRoute, reply: failed(request)(error) }))
      .then(({ route, reply }) => {
        answered({ method: asMethod(request.method ?? ''), route, status: reply.statusCode })
        // Once it stops, a kept connection would bring the next request.
        if (!server.listening) response.shouldKeepAlive = false
        write(response, reply)
      })
      .catch((error: unknown) => {
        log.error('an answer could not be written', { error: String(error) })
        response.destroy()
      })
  })
  // An expectation that is unknown may be ignored (RFC 9110 §10.1.1); Node would answer 417 without a word.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  answerUnreadable(server)
  return server
}

function write(
  response: ServerResponse,
  { statusCode, headers, body, isBase64Encoded }: APIGatewayProxyResult,
): void {
  // A text goes out in one piece with the head, bytes as a second one.
  const content = isBase64Encoded === true ? Buffer.from(body, 'base64') : body
  const hasBody = statusCode !== 204 && statusCode !== 304
  const sent = hasBody ? { 'Content-Length': Buffer.byteLength(content) } : {}
  response.writeHead(statusCode, {
    ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])),
    ...sent,
  })
  response.end(hasBody ? content : undefined)
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
