/** What is wrong with one field of a request. */
export interface FieldProblem {
  readonly field: string
  readonly detail: string
}

/** A request that was refused, or that got no answer, in words to show. */
export class ApiProblem extends Error {
  override name = 'ApiProblem'
  /** The status of the answer; 0 when none came. */
  readonly status: number
  readonly code: string
  readonly errors: readonly FieldProblem[]
  readonly requestId: string | undefined

  constructor({
    status,
    code,
    detail,
    errors = [],
    request_id,
  }: {
    status: number
    code: string
    detail: string
    errors?: readonly FieldProblem[]
    request_id?: string
  }) {
    super(detail)
    this.status = status
    this.code = code
    this.errors = errors
    this.requestId = request_id
  }

  /** What the answer says of a field, its parts included: of `scope` also what it says of `scope.namespace_ids[0]`. */
  of(field: string): string | undefined {
    const found = this.errors.filter(
      (error) =>
        error.field === field || error.field.startsWith(`${field}.`) || error.field.startsWith(`${field}[`),
    )
    return found.length === 0 ? undefined : found.map(({ detail }) => detail).join(' ')
  }
}

/** Any error as a problem; what is no answer of the API is told as that. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  return new ApiProblem({
    status: 0,
    code: 'no_answer',
    detail: 'The service did not answer. Check that it runs and that you can reach it.',
  })
}

/** The problem in an answer that is none of 2xx: the API's own words, or the status when the answer has none. */
export function problemIn(status: number, text: string): ApiProblem {
  try {
    const parsed: unknown = JSON.parse(text)
    if (isProblem(parsed)) return new ApiProblem({ ...parsed, status })
    // API Gateway's own answers have a message and nothing else.
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed)
      return new ApiProblem({ status, code: 'gateway', detail: `${status}: ${String(parsed.message)}` })
  } catch {
    // Told below.
  }
  return new ApiProblem({
    status,
    code: 'no_problem',
    detail: `The service answered ${status} and did not say why.`,
  })
}

function isProblem(value: unknown): value is { code: string; detail: string; errors?: FieldProblem[] } {
  if (typeof value !== 'object' || value === null) return false
  return (
    'code' in value && typeof value.code === 'string' && 'detail' in value && typeof value.detail === 'string'
  )
}
