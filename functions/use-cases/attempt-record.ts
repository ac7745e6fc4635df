import { isUtf8 } from 'node:buffer'
import type { Attempt, AttemptResponse } from '../domain/delivery.ts'
import { errorOf, type Outcome, type ReceivedResponse } from '../domain/outcome.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { OutgoingRequest } from './attempt-delivery.ts'

/** The log's record of one attempt. Values of the webhook's own headers are secrets and stay out of it. */
export function toAttempt({
  number,
  sentAt,
  nowMs,
  request,
  webhook,
  outcome,
}: {
  number: number
  sentAt: number
  nowMs: number
  request: OutgoingRequest
  webhook: Webhook
  outcome: Outcome
}): Attempt {
  const hidden = Object.keys(webhook.headers).map((name) => [name, '[hidden]'] as const)
  return {
    number,
    sentAt,
    durationMs: Math.max(0, nowMs - sentAt),
    request: {
      url: request.url,
      headers: hidden.length === 0 ? request.headers : { ...request.headers, ...Object.fromEntries(hidden) },
    },
    response: outcome.kind === 'response' ? toAttemptResponse(outcome.response) : null,
    error: errorOf(outcome),
  }
}

function toAttemptResponse({ status, headers, body, truncated }: ReceivedResponse): AttemptResponse {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  // A body cut in the middle of a character is text all the same.
  const isText = isUtf8(bytes) || (truncated && isUtf8(bytes.subarray(0, lastCharacterStart(bytes))))
  return {
    status,
    headers,
    body: bytes.toString(isText ? 'utf8' : 'base64'),
    bodyEncoding: isText ? 'utf8' : 'base64',
    truncated,
  }
}

/** Offset of the last character of UTF-8 text: bytes 10xxxxxx continue one. */
function lastCharacterStart(bytes: Uint8Array): number {
  let at = bytes.length - 1
  while (at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--
  return Math.max(at, 0)
}
