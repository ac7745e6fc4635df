import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayProxyEvent } from 'aws-lambda'

/** Where API Gateway's routing led: the resource, with `{id}` for what varies, and the parameters in its path. */
export interface Route {
  readonly resource: string
  readonly params: Readonly<Record<string, string>>
}

/** An HTTP request as API Gateway's REST API hands it to a function (proxy integration, v1). */
export function toGatewayRequest(
  request: IncomingMessage,
  {
    url,
    route,
    body,
    authorizer,
  }: { url: URL; route: Route; body: Buffer; authorizer?: Record<string, unknown> | undefined },
): APIGatewayProxyEvent {
  const method = request.method ?? 'GET'
  const allHeaders = new Map<string, string[]>()
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [request.rawHeaders[at], request.rawHeaders[at + 1]]
    const values = allHeaders.get(name)
    if (values === undefined) allHeaders.set(name, [value])
    else values.push(value)
  }
  const isText = isUtf8(body)
  const hasQuery = url.search !== ''
  return {
    resource: route.resource,
    path: url.pathname,
    httpMethod: method,
    headers: Object.fromEntries([...allHeaders].map(([name, values]) => [name, values.at(-1) ?? ''])),
    multiValueHeaders: Object.fromEntries(allHeaders),
    queryStringParameters: hasQuery ? Object.fromEntries(url.searchParams) : null,
    multiValueQueryStringParameters: hasQuery ? allValues(url.searchParams) : null,
    pathParameters: Object.keys(route.params).length === 0 ? null : { ...route.params },
    stageVariables: null,
    requestContext: requestContext(request, { url, route, authorizer }),
    body: body.length === 0 ? null : body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  }
}

function allValues(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]))
}

/** What API Gateway knows of a request beside the request; the account and its API do not exist here. */
export function requestContext(
  request: IncomingMessage,
  { url, route, authorizer }: { url: URL; route: Route; authorizer?: Record<string, unknown> | undefined },
): APIGatewayProxyEvent['requestContext'] {
  const nowMs = Date.now()
  return {
    accountId: '000000000000',
    apiId: 'local',
    authorizer,
    httpMethod: request.method ?? 'GET',
    identity: {
      ...unknownIdentity,
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? null,
    },
    path: url.pathname,
    protocol: 'HTTP/1.1',
    requestId: randomUUID(),
    requestTimeEpoch: nowMs,
    resourceId: 'local',
    resourcePath: route.resource,
    stage: 'local',
  }
}

const unknownIdentity = {
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
