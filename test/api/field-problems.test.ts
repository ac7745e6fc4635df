import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { fieldProblems } from '../../functions/api/field-problems.ts'

function problemsOf(schema: z.ZodType, input: unknown, prefix?: string) {
  const { error } = schema.safeParse(input)
  return error === undefined ? [] : fieldProblems(error, prefix)
}

const fieldAt = (path: readonly PropertyKey[], prefix?: string) =>
  fieldProblems({ issues: [{ path, message: 'is bad' }] }, prefix)[0]?.field

describe('fieldProblems', () => {
  it.each<[string, readonly PropertyKey[]]>([
    ['', []],
    ['url', ['url']],
    ['event_types[0]', ['event_types', 0]],
    ['scope.namespace_ids[12]', ['scope', 'namespace_ids', 12]],
    ['[3].payload', [3, 'payload']],
    ['[1][2]', [1, 2]],
    ['headers.X-Key', ['headers', 'X-Key']],
    ['headers.0', ['headers', '0']],
    ['headers.a b', ['headers', 'a b']],
    ['größe', ['größe']],
    ['[""]', ['']],
    ['[" "]', [' ']],
    ['scope[" ids"]', ['scope', ' ids']],
    ['scope["a\\nb"].x', ['scope', 'a\nb', 'x']],
    ['["\\ud800"]', ['\ud800']],
    [`${'a'.repeat(100)}…`, ['a'.repeat(101)]],
  ])('names the field "%s" at %j', (field, path) => {
    expect(fieldAt(path)).toBe(field)
  })

  it.each<[string, string, readonly PropertyKey[]]>([
    ['[4]', '[4]', []],
    ['[4].type', '[4]', ['type']],
    ['payload.id', 'payload', ['id']],
    ['payload[0]', 'payload', [0]],
  ])('names the field "%s" behind the prefix "%s"', (field, prefix, path) => {
    expect(fieldAt(path, prefix)).toBe(field)
  })

  it.each([
    ['must be short', 'must be short.'],
    ['must be short.', 'must be short.'],
    ['Really?', 'Really?'],
    ['No!', 'No!'],
  ])('ends "%s" as a sentence', (message, detail) => {
    expect(fieldProblems({ issues: [{ path: ['a'], message }] })).toEqual([{ field: 'a', detail }])
  })

  it('names every bad field, and each that does not belong', () => {
    const schema = z.strictObject({
      name: z.string('must be text'),
      scope: z.strictObject({ ids: z.array(z.string('must be text')) }),
    })
    const unknown = 'is not a field of this request. Remove it, or correct its name.'
    expect(problemsOf(schema, { name: 1, scope: { ids: ['a', 2], x: 1 }, y: 1, z: 1 })).toEqual([
      { field: 'name', detail: 'must be text.' },
      { field: 'scope.ids[1]', detail: 'must be text.' },
      { field: 'scope.x', detail: unknown },
      { field: 'y', detail: unknown },
      { field: 'z', detail: unknown },
    ])
  })

  it('names unknown fields behind the prefix', () => {
    const fields = problemsOf(z.strictObject({}), { payloads: 1 }, '[7]').map(({ field }) => field)
    expect(fields).toEqual(['[7].payloads'])
  })

  it('has nothing to say of a good input', () => {
    expect(problemsOf(z.strictObject({ name: z.string() }), { name: 'a' })).toEqual([])
  })
})
