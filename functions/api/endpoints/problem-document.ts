import type { ZodOpenApiResponseObject } from 'zod-openapi'
import {
  Conflict,
  Forbidden,
  InvalidInput,
  MalformedBody,
  NotFound,
  TooLarge,
  Unauthenticated,
  Unavailable,
  VersionMismatch,
} from '../../domain/errors.ts'
import { problemOf } from '../problem.ts'
import { ProblemResource } from '../schemas/problem.ts'

const webhook = 'whk_01kaqc3h5n8r2c4x'

/** One error of each kind, as the service itself words them, and when a call answers with it. */
const samples: readonly (readonly [Error, string])[] = [
  [new MalformedBody('The body is empty: send JSON.'), 'The body is not JSON in UTF-8'],
  [new Unauthenticated('There is no such token, or it was revoked.'), 'No valid token'],
  [
    new Forbidden('This takes a token with the scope "admin"; yours has: read.'),
    'The token lacks the scope that this takes',
  ],
  [new NotFound('webhook', webhook), 'There is none with this id'],
  [
    new Conflict(`${webhook} is off, so nothing is sent to it. Enable it first.`),
    'What the request names is not in a state for it',
  ],
  [new VersionMismatch(webhook), 'Changed since the version that If-Match names'],
  [new TooLarge('The request is larger than 6 MiB.'), 'The request is larger than 6 MiB'],
  [
    new InvalidInput([{ field: 'limit', detail: 'must be a whole number from 1 to 100.' }]),
    'The input breaks rules; every bad field is named',
  ],
  [
    new Unavailable('The event could not be stored. Send the same request again.'),
    'Not now; the same request may be sent again',
  ],
]

/** Headers that come with a problem of that status. */
const headersOf: Readonly<Record<number, NonNullable<ZodOpenApiResponseObject['headers']>>> = {
  401: { 'WWW-Authenticate': { $ref: '#/components/headers/WWWAuthenticate' } },
  503: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
}

const known = new Map(
  samples.map(([error, description]) => {
    const problem = problemOf(error)
    return [problem.status, { error, description, problem }] as const
  }),
)

function toReply(status: number, description?: string): ZodOpenApiResponseObject {
  const sample = known.get(status)
  if (sample === undefined) throw new Error(`No problem of this API has the status ${status}.`)
  const example = {
    type: 'about:blank',
    ...sample.problem,
    request_id: '3f0c4a52-6f0e-4c0e-8d1c-0d6a4a0a1b2c',
  }
  return {
    description: description ?? sample.description,
    ...(headersOf[status] && { headers: headersOf[status] }),
    content: { 'application/problem+json': { schema: ProblemResource, example } },
  }
}

const shared = new Map(
  [...known].map(([status, { error }]) => [status, { ...toReply(status), id: error.name }] as const),
)

/** What a call answers when it fails with that status; `description` where it means something of its own. */
export function problemDocument(status: number, description?: string): ZodOpenApiResponseObject {
  const reply = description === undefined ? shared.get(status) : undefined
  return reply ?? toReply(status, description)
}

/** What a call answers in any other case. */
export const otherProblem: ZodOpenApiResponseObject = {
  id: 'OtherProblem',
  description: 'Anything else, such as a fault of our own (500)',
  content: { 'application/problem+json': { schema: ProblemResource } },
}
