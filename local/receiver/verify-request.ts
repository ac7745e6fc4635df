import { timingSafeEqual } from 'node:crypto'
import {
  type SigningKeys,
  standardSignature,
  verifySourcegraphSignature,
} from '../../functions/domain/signature.ts'

// As the reference libraries do (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
const toleranceSeconds = 5 * 60

const sourcegraphHeader = 'X-Sourcegraph-Webhook-Signature'
const signatureHeaders = [sourcegraphHeader, 'webhook-id', 'webhook-timestamp', 'webhook-signature']

/** A request as it came; header names in lower case. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

/**
 * Holds a request against Sourcegraph's signature and that of Standard Webhooks.
 * @returns why it does not verify, one sentence for each reason; none when the signatures fit and it is recent.
 */
export function verificationProblems(
  keys: SigningKeys,
  request: SignedRequest,
  nowMs: number,
): readonly string[] {
  const header = (name: string) => request.headers[name.toLowerCase()]
  const missing = signatureHeaders.filter((name) => header(name) === undefined)
  const problems = missing.map((name) => `${name} is missing.`)
  const timestamp = header('webhook-timestamp')
  if (timestamp !== undefined) problems.push(...timestampProblems(timestamp, nowMs))

  const sourcegraphFits = fitsSourcegraph(keys, request)
  const standardFits = fitsStandard(keys, request)
  if (standardFits && (sourcegraphFits || isSecretBeingChanged(request))) return problems
  const suspect = wasReformatted(keys, request)
    ? 'the body was re-formatted on the way; the signature covers its exact bytes.'
    : 'wrong secret, or the body was changed on the way.'
  if (!sourcegraphFits && header(sourcegraphHeader) !== undefined) {
    problems.push(
      standardFits
        ? `${sourcegraphHeader} does not fit, while webhook-signature does: it was made with another secret, or changed on the way.`
        : `${sourcegraphHeader} does not fit: ${suspect}`,
    )
  }
  if (!standardFits && !missing.some((name) => name.startsWith('webhook-'))) {
    problems.push(
      sourcegraphFits
        ? `webhook-signature does not fit, while ${sourcegraphHeader} does: it, webhook-id or webhook-timestamp was changed on the way.`
        : `webhook-signature does not fit: ${suspect}`,
    )
  }
  return problems
}

function timestampProblems(timestamp: string, nowMs: number): string[] {
  if (!isWholeSeconds(timestamp)) return ['webhook-timestamp is not a number of whole seconds.']
  const ageSeconds = Math.round(nowMs / 1_000) - Number(timestamp)
  if (Math.abs(ageSeconds) <= toleranceSeconds) return []
  return [
    ageSeconds > 0
      ? `webhook-timestamp is ${ageSeconds} s old, and 5 minutes are allowed: sent again by someone, or a clock is wrong.`
      : `webhook-timestamp is ${-ageSeconds} s ahead of this clock, and 5 minutes are allowed.`,
  ]
}

// As the sender writes it: what Number() would change by reading it could not be signed the same again.
function isWholeSeconds(timestamp: string): boolean {
  return /^(0|[1-9]\d{0,14})$/.test(timestamp)
}

function fitsSourcegraph(keys: SigningKeys, { headers, body }: SignedRequest): boolean {
  const signature = headers[sourcegraphHeader.toLowerCase()]
  return signature !== undefined && verifySourcegraphSignature(keys.sourcegraph, body, signature)
}

/** Sourcegraph's header then fits the old secret only, and `webhook-signature` either. */
function isSecretBeingChanged({ headers }: SignedRequest): boolean {
  return (headers['webhook-signature'] ?? '').split(' ').filter((each) => each.startsWith('v1,')).length > 1
}

/** During a rotation the header holds one signature for each secret: any that fits will do. */
function fitsStandard(keys: SigningKeys, { headers, body }: SignedRequest): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (id === undefined || timestamp === undefined || signatures === undefined) return false
  if (!isWholeSeconds(timestamp)) return false
  const expected = Buffer.from(standardSignature(keys.standard, { id, timestamp: Number(timestamp), body }))
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature)
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

/** Whether the signatures fit the body as a tool in between is likely to have got it: compact JSON, or another last line end. */
function wasReformatted(keys: SigningKeys, { headers, body }: SignedRequest): boolean {
  const text = body.toString('utf8')
  return [compactJson(text), text.trimEnd(), `${text}\n`].some((other) => {
    if (other === undefined) return false
    const before = { headers, body: Buffer.from(other) }
    return fitsSourcegraph(keys, before) || fitsStandard(keys, before)
  })
}

function compactJson(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return undefined
  }
}
