import * as z from 'zod/mini'
import { type FieldProblem, InvalidInput, TooLarge } from '../domain/errors.ts'
import { isEventType, maxPayloadBytes, ownTypePrefix } from '../domain/event.ts'
import { elementSpans, memberSpan, type Span } from '../domain/json-span.ts'
import { fieldProblems } from './field-problems.ts'
import { parseJson } from './gateway.ts'
import { payloadWarnings } from './payload-warnings.ts'

/** An event as a publisher with a token posts it. */
export interface PublishedEvent {
  readonly type: string
  /** The payload's own bytes, cut out of the request. */
  readonly payload: Uint8Array
  readonly idempotencyKey: string | undefined
  readonly warnings: readonly string[]
}

const Key = z
  .string('must be text.')
  .check(z.regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters without spaces.'))

const Submission = z.strictObject(
  {
    type: z.string('must name the event type, such as batch_change:apply.').check(
      z.refine(
        isEventType,
        'must be words of letters, digits, "_", "." and "-" joined by ":", such as batch_change:apply.',
      ),
      z.refine(
        (type) => !type.startsWith(ownTypePrefix),
        `must not begin with "${ownTypePrefix}": such events come from this service itself.`,
      ),
    ),
    payload: z.optional(z.unknown()),
    idempotency_key: z.optional(Key),
  },
  'must be an object with type and payload.',
)

const maxSubmissions = 100

/**
 * The events in a publisher's request: one object, or an array of up to 100.
 * @param headerKey the `Idempotency-Key` header: for one event its key, for an array what each one's key begins with.
 * @throws MalformedBody, InvalidInput naming every bad field, TooLarge.
 */
export function parseSubmissions(
  body: Buffer,
  headerKey: string | undefined,
): { readonly submissions: readonly PublishedEvent[]; readonly isArray: boolean } {
  const json = parseJson(body)
  if (headerKey !== undefined && !z.safeParse(Key, headerKey).success) {
    throw new InvalidInput([
      { field: 'Idempotency-Key', detail: 'must be 1 to 255 printable ASCII characters without spaces.' },
    ])
  }
  if (!Array.isArray(json)) {
    return { submissions: [parseOne(body, json, { span: whole(body), path: '', headerKey })], isArray: false }
  }
  if (json.length === 0 || json.length > maxSubmissions) {
    throw new InvalidInput([
      {
        field: '',
        detail: `Send 1 to ${maxSubmissions} events in one request; this one has ${json.length}.`,
      },
    ])
  }
  const spans = elementSpans(body)
  const problems: InvalidInput[] = []
  const submissions = json.flatMap((item: unknown, index) => {
    try {
      const key = headerKey === undefined ? undefined : `${headerKey} ${index}`
      return [parseOne(body, item, { span: spans[index] ?? whole(body), path: `[${index}]`, headerKey: key })]
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      problems.push(error)
      return []
    }
  })
  if (problems.length > 0) throw new InvalidInput(problems.flatMap((problem) => problem.problems))
  return { submissions, isArray: true }
}

function parseOne(
  body: Buffer,
  json: unknown,
  { span, path, headerKey }: { span: Span; path: string; headerKey: string | undefined },
): PublishedEvent {
  const parsed = z.safeParse(Submission, json)
  const problems = [
    ...(parsed.success ? [] : fieldProblems(parsed.error, path)),
    ...missingPayload(json, path),
  ]
  if (!parsed.success || problems.length > 0) throw new InvalidInput(problems)
  const { type, idempotency_key: ownKey } = parsed.data
  const at = memberSpan(body, 'payload', span.start) ?? span
  if (ownKey !== undefined && headerKey !== undefined && path === '' && ownKey !== headerKey) {
    throw new InvalidInput([
      { field: 'idempotency_key', detail: 'differs from the Idempotency-Key header: send one of them.' },
    ])
  }
  const payload = body.subarray(at.start, at.end)
  if (payload.byteLength > maxPayloadBytes) {
    throw new TooLarge(
      `${path === '' ? 'The payload' : `The payload of ${path}`} is larger than 256 KiB (262,144 bytes).`,
    )
  }
  return {
    type,
    payload,
    idempotencyKey: ownKey ?? headerKey,
    warnings: payloadWarnings(type, parsed.data.payload),
  }
}

function whole(body: Buffer): Span {
  return { start: 0, end: body.length }
}

/** A payload may be any value, null too, so only its absence is wrong. */
function missingPayload(json: unknown, path: string): FieldProblem[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || 'payload' in json) return []
  return [{ field: path === '' ? 'payload' : `${path}.payload`, detail: 'is required: any JSON value.' }]
}
