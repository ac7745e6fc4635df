/** One thing wrong with an input: where (`event_types[0]`) and what to do about it. */
export interface FieldProblem {
  readonly field: string
  readonly detail: string
}

/** The input breaks a rule; every bad field is named. */
export class InvalidInput extends Error {
  override name = 'InvalidInput'
  readonly problems: readonly FieldProblem[]
  constructor(problems: readonly FieldProblem[]) {
    super(problems.map(({ field, detail }) => (field === '' ? detail : `${field}: ${detail}`)).join(' '))
    this.problems = problems
  }
}

/** The body is no JSON at all. */
export class MalformedBody extends Error {
  override name = 'MalformedBody'
}

/** A payload or request is larger than the limit. */
export class TooLarge extends Error {
  override name = 'TooLarge'
}

/** No valid token or signature came with the request. */
export class Unauthenticated extends Error {
  override name = 'Unauthenticated'
}

/** The token is valid and may not do this. */
export class Forbidden extends Error {
  override name = 'Forbidden'
}

/** There is no such thing, or no longer. */
export class NotFound extends Error {
  override name = 'NotFound'
  constructor(what: string, id: string) {
    super(`There is no ${what} ${id}.`)
  }
}

/** The request does not fit the state of the thing it names. */
export class Conflict extends Error {
  override name = 'Conflict'
}

/** The thing was changed since the version that `If-Match` names. */
export class VersionMismatch extends Error {
  override name = 'VersionMismatch'
  constructor(id: string) {
    super(
      `${id} was changed by someone else since you read it. Get it again, and repeat your change on what it is now.`,
    )
  }
}

/** The store or queue cannot take the request now; the same request may be sent again in `retryAfterSeconds`. */
export class Unavailable extends Error {
  override name = 'Unavailable'
  /** At most 3: Sourcegraph gives up on a longer one (docs/sourcegraph.md §2). */
  readonly retryAfterSeconds = 2
}
