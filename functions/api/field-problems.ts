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

// A field's name is told twice, in detail and errors, and an answer of Lambda may have 6 MB.
const maxNameCharacters = 100

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
    const name = shortened(String(step))
    // A name that cannot be seen, or would be taken for none, is quoted.
    if (!/^[^\s\p{C}]([^\p{C}]*[^\s\p{C}])?$/u.test(name)) return `${text}[${JSON.stringify(name)}]`
    return text === '' ? name : `${text}.${name}`
  }, prefix)
}

function shortened(name: string): string {
  return name.length > maxNameCharacters ? `${name.slice(0, maxNameCharacters)}…` : name
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}
