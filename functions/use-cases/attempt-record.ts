import { isUtf8 } from 'node:buffer'
import type { Attempt, AttemptResponse } from '../domain/delivery.ts'
import { hidden, tracesOf, withoutTraces } from '../domain/hidden-values.ts'
import { errorOf, type Outcome, type ReceivedResponse } from '../domain/outcome.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { OutgoingRequest } from './attempt-delivery.ts'

/**
 * The log's record of one attempt. Values of the webhook's own headers are secrets and stay out of it, also where the
 * receiver answers with what it was sent, as many a receiver does that is there to try things with.
 */
export function toAttempt({
  number,
  sentAt,
  durationMs,
  request,
  webhook,
  outcome,
}: {
  number: number
  sentAt: number
  durationMs: number
  request: OutgoingRequest
  webhook: Webhook
  outcome: Outcome
}): Attempt {
  const names = Object.keys(webhook.headers)
  const traces = tracesOf(names.map((name) => request.headers[name] ?? ''))
  return {
    number,
    sentAt,
    durationMs,
    request: {
      url: request.url,
      headers: shown(request.headers, names),
    },
    response: outcome.kind === 'response' ? toAttemptResponse(outcome.response, traces) : null,
    error: errorOf(outcome),
  }
}

/** The headers of a request, the values of the webhook's own hidden; as they are where it has none, as most have. */
function shown(
  headers: OutgoingRequest['headers'],
  secretNames: readonly string[],
): OutgoingRequest['headers'] {
  if (secretNames.length === 0) return headers
  return { ...headers, ...Object.fromEntries(secretNames.map((name) => [name, hidden])) }
}

function toAttemptResponse(
  { status, headers, body, truncated }: ReceivedResponse,
  traces: readonly string[],
): AttemptResponse {
  const bytes = hideIn(Buffer.from(body.buffer, body.byteOffset, body.byteLength), traces)
  // A body cut in the middle of a character is text all the same.
  const isText = isUtf8(bytes) || (truncated && isUtf8(bytes.subarray(0, lastCharacterStart(bytes))))
  return {
    status,
    headers:
      traces.length === 0
        ? headers
        : Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, withoutTraces(value, traces)]),
          ),
    body: bytes.toString(isText ? 'utf8' : 'base64'),
    bodyEncoding: isText ? 'utf8' : 'base64',
    truncated,
  }
}

function hideIn(bytes: Buffer, traces: readonly string[]): Buffer {
  return traces.length === 0 ? bytes : Buffer.from(withoutTraces(bytes.toString('latin1'), traces), 'latin1')
}

/** Offset of the last character of UTF-8 text: bytes 10xxxxxx continue one. */
function lastCharacterStart(bytes: Uint8Array): number {
  let at = bytes.length - 1
  while (at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--
  return Math.max(at, 0)
}
