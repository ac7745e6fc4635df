import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'

interface Answer {
  readonly type: ResponseType
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
}

const bearer = { 'WWW-Authenticate': 'Bearer' }
const retry = { 'Retry-After': '2' }
const unavailable = {
  status: 503,
  code: 'unavailable',
  title: 'Not available now',
  detail: 'Send the same request again.',
  headers: retry,
}
const unauthenticated = { status: 401, code: 'unauthenticated', title: 'Not authenticated', headers: bearer }

// What API Gateway answers by itself, with the codes of functions/api/problem.ts.
const answers: readonly Answer[] = [
  {
    ...unauthenticated,
    type: ResponseType.UNAUTHORIZED,
    detail: 'Send a token: Authorization: Bearer, a space and the token.',
  },
  // Every token that the authorizer turns down. Its words come ready for JSON: nothing is escaped here.
  { ...unauthenticated, type: ResponseType.ACCESS_DENIED, detail: '$context.authorizer.detail_in_json' },
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'There is no such call. /openapi.json lists all.',
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    code: 'too_large',
    title: 'Too large',
    detail: 'The request is larger than 10 MiB.',
  },
  {
    type: ResponseType.THROTTLED,
    status: 429,
    code: 'too_many_requests',
    title: 'Too many requests',
    detail: 'More requests come than the API is set to take. Send the same request again.',
    headers: retry,
  },
  {
    type: ResponseType.WAF_FILTERED,
    status: 403,
    code: 'forbidden',
    title: 'Not allowed',
    detail: 'The firewall turned the request down.',
  },
  { ...unavailable, type: ResponseType.AUTHORIZER_FAILURE },
  { ...unavailable, type: ResponseType.INTEGRATION_FAILURE },
  { ...unavailable, type: ResponseType.INTEGRATION_TIMEOUT },
  {
    type: ResponseType.DEFAULT_5XX,
    status: 500,
    code: 'internal',
    title: 'Our fault',
    detail: 'Something broke on our side. It has been logged; try again.',
  },
]

/** Gives answers that come from no function the form of those that do: problem details (RFC 9457). */
export function addGatewayAnswers(api: RestApi): void {
  for (const { type, status, headers, ...problem } of answers) {
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(status),
      responseHeaders: quoted({ 'Content-Type': 'application/problem+json', ...headers }),
      templates: {
        'application/json': JSON.stringify({
          type: 'about:blank',
          status,
          ...problem,
          request_id: '$context.requestId',
        }),
      },
    })
  }
}

/** API Gateway takes a header's value in quotes for a constant. */
function quoted(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]))
}
