import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { MalformedBody } from '../domain/errors.ts'

/** What API Gateway's REST API hands to a function (proxy integration, v1), and what it takes back. */
export type GatewayRequest = APIGatewayProxyEvent
export type GatewayReply = APIGatewayProxyResult

/** The value of a header, whatever the case of its name; API Gateway keeps names as they were sent. */
export function headerOf(request: GatewayRequest, lowerCaseName: string): string | undefined {
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return value
  }
  return undefined
}

/** The body's bytes as they were sent; API Gateway hands over text, or base64 for what is not. */
export function bodyBytes(request: GatewayRequest): Buffer {
  return Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * JSON text as a value.
 * @throws MalformedBody saying where it stops being JSON.
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw new MalformedBody('The body is empty: send JSON.')
  try {
    return JSON.parse(utf8.decode(body))
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'its bytes are not UTF-8'
    throw new MalformedBody(`The body is not JSON: ${reason}.`, { cause: error })
  }
}

/** A JSON reply that no cache keeps. */
export function jsonReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): GatewayReply {
  return {
    statusCode: status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
    body: JSON.stringify(body),
  }
}
