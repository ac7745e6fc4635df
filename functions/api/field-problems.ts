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

/** Every bad field of an input, named as in JavaScript (`scope.namespace_ids[0]`), `prefix` before it. */
export function fieldProblems(error: SchemaError, prefix = ''): FieldProblem[] {
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
