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
} from '../domain/errors.ts'
import { type GatewayReply, jsonReply } from './gateway.ts'

type ErrorClass = abstract new (...given: never[]) => Error

const statuses: readonly (readonly [ErrorClass, number, string, string])[] = [
  [MalformedBody, 400, 'malformed_body', 'Malformed body'],
  [Unauthenticated, 401, 'unauthenticated', 'Not authenticated'],
  [Forbidden, 403, 'forbidden', 'Not allowed'],
  [NotFound, 404, 'not_found', 'Not found'],
  [Conflict, 409, 'conflict', 'Conflict'],
  [VersionMismatch, 412, 'version_mismatch', 'Changed meanwhile'],
  [TooLarge, 413, 'too_large', 'Too large'],
  [InvalidInput, 422, 'invalid_input', 'Invalid input'],
  [Unavailable, 503, 'unavailable', 'Not available now'],
]

/** Problem details (RFC 9457); `code` is stable, for programs. */
export interface Problem {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly errors?: readonly { readonly field: string; readonly detail: string }[] | undefined
}

/** The problem that an error stands for. An error that is none of the domain's is our own fault: its message stays here. */
export function problemOf(error: unknown): Problem {
  const known = statuses.find(([errorClass]) => error instanceof errorClass)
  if (known === undefined || !(error instanceof Error)) {
    return {
      status: 500,
      code: 'internal',
      title: 'Our fault',
      detail: 'Something broke on our side. It has been logged; try again.',
    }
  }
  const [, status, code, title] = known
  return {
    status,
    code,
    title,
    detail: error.message,
    errors: error instanceof InvalidInput ? error.problems : undefined,
  }
}

/** A problem as a reply, with the headers that its status asks for. */
export function problemReply(problem: Problem, requestId: string | undefined, cause?: unknown): GatewayReply {
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json' }
  if (requestId !== undefined) headers['X-Request-Id'] = requestId
  if (problem.status === 401) headers['WWW-Authenticate'] = 'Bearer'
  if (cause instanceof Unavailable) headers['Retry-After'] = String(cause.retryAfterSeconds)
  return jsonReply(problem.status, { type: 'about:blank', ...problem, request_id: requestId }, headers)
}
