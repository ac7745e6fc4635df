import type { FieldProblem } from '../domain/errors.ts'

/** What zod and zod/mini have in common of an error. */
interface SchemaError {
  readonly issues: readonly SchemaIssue[]
}

interface SchemaIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly code?: string
  readonly keys?: readonly string[]
  readonly input?: unknown
}

// An answer has limits too: a request with 60,000 wrong fields is told of the first of them.
const maxProblems = 50

/**
 * The bad fields of an input, named as in JavaScript (`scope.namespace_ids[0]`), `prefix` before it: all of them up to
 * fifty, and then how many more there are.
 */
export function fieldProblems(error: SchemaError, prefix = ''): FieldProblem[] {
  const problems = allProblems(error, prefix)
  const more = problems.length - maxProblems
  if (more <= 0) return problems
  return [...problems.slice(0, maxProblems), { field: prefix, detail: `has ${more} more bad fields.` }]
}

function allProblems(error: SchemaError, prefix: string): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const field = pathText(issue.path, prefix)
    if (issue.code !== 'unrecognized_keys') return [{ field, detail: sentence(issue.message) }]
    return (issue.keys ?? []).map((key) => ({
      field: pathText([...issue.path, key], prefix),
      detail: 'is not a field of this request. Remove it, or correct its name.',
    }))
  })
}

function pathText(path: readonly PropertyKey[], prefix: string): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? String(step) : `${text}.${String(step)}`
  }, prefix)
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}
