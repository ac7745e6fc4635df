import { describe, expect, it } from 'vitest'
import { parseSubmissions } from '../../functions/api/submissions.ts'
import { InvalidInput, MalformedBody } from '../../functions/domain/errors.ts'
import { examplePayload } from '../../functions/domain/event-types.ts'

const one = (fields: object) => JSON.stringify({ type: 'deploy:done', payload: 1, ...fields })
const parse = (body: string, headerKey?: string) => parseSubmissions(Buffer.from(body), headerKey)
const payloadsOf = (body: string) =>
  parse(body).submissions.map(({ payload }) => Buffer.from(payload).toString())
const keysOf = (body: string, headerKey?: string) =>
  parse(body, headerKey).submissions.map(({ idempotencyKey }) => idempotencyKey)

function problemsOf(body: string, headerKey?: string) {
  try {
    parse(body, headerKey)
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems
    throw error
  }
  return []
}
const fieldsOf = (body: string) => problemsOf(body).map(({ field }) => field)

describe('parseSubmissions', () => {
  it('reads one event', () => {
    const payload = Buffer.from(examplePayload('batch_change:apply') ?? [])
    const body = `{"type":"batch_change:apply","payload":${payload}}`
    expect(parse(body)).toEqual({
      isArray: false,
      submissions: [{ type: 'batch_change:apply', payload, idempotencyKey: undefined, warnings: [] }],
    })
  })

  it('reads an array of events, in order', () => {
    const body = `[${one({ payload: 'a' })}, ${one({ type: 'x' })}]`
    const { submissions, isArray } = parse(body)
    expect([isArray, submissions.map(({ type }) => type)]).toEqual([true, ['deploy:done', 'x']])
    expect(payloadsOf(body)).toEqual(['"a"', '1'])
  })

  it('takes an array of one event for an array', () => {
    expect(parse(`[${one({})}]`).isArray).toBe(true)
  })

  it('warns of what Sourcegraph would not send, event by event', () => {
    const body = `[${one({})},{"type":"user:create","payload":{"version":1,"user":{"database_id":1,"username":"a"}}}]`
    expect(parse(body).submissions.map(({ warnings }) => warnings.length)).toEqual([1, 0])
  })

  it.each([1, 100])('takes an array of %d', (count) => {
    expect(parse(`[${Array<string>(count).fill(one({}))}]`).submissions).toHaveLength(count)
  })

  it.each([0, 101])('refuses an array of %d', (count) => {
    expect(problemsOf(`[${Array<string>(count).fill(one({}))}]`)).toEqual([
      { field: '', detail: `Send 1 to 100 events in one request; this one has ${count}.` },
    ])
  })

  it.each(['', '{', '[1,]', '\ufeff{}', '{"type":"a","payload":1}}'])(
    'refuses %j, which is not JSON',
    (body) => {
      expect(() => parse(body)).toThrow(MalformedBody)
    },
  )
})

describe('the idempotency key', () => {
  it('is the one in the body', () => {
    expect(keysOf(one({ idempotency_key: 'k' }))).toEqual(['k'])
  })

  it('is the one in the header', () => {
    expect(keysOf(one({}), 'k')).toEqual(['k'])
  })

  it('may be in both when it is the same', () => {
    expect(keysOf(one({ idempotency_key: 'k' }), 'k')).toEqual(['k'])
    expect(problemsOf(one({ idempotency_key: 'k' }), 'l')).toEqual([
      { field: 'idempotency_key', detail: 'differs from the Idempotency-Key header: send one of them.' },
    ])
  })

  it("begins each event's key in an array, unless the event has its own", () => {
    const body = `[${one({})},${one({ idempotency_key: 'own' })},${one({})}]`
    expect(keysOf(body, 'k')).toEqual(['k 0', 'own', 'k 2'])
    expect(keysOf(body)).toEqual([undefined, 'own', undefined])
  })

  const detail = 'must be 1 to 255 printable ASCII characters without spaces.'

  it.each(['', 'a b', 'é', 'a\n', 'x'.repeat(256)])('may not be %j', (key) => {
    expect(problemsOf(one({ idempotency_key: key }))).toEqual([{ field: 'idempotency_key', detail }])
    expect(problemsOf(one({}), key)).toEqual([{ field: 'Idempotency-Key', detail }])
    expect(problemsOf(`[${one({})}]`, key)).toEqual([{ field: 'Idempotency-Key', detail }])
  })

  it('may have 255 characters', () => {
    expect(keysOf(one({ idempotency_key: '!'.repeat(255) }))).toEqual(['!'.repeat(255)])
  })
})

describe('what is wrong', () => {
  const form = 'must be words of letters, digits, "_", "." and "-" joined by ":", such as batch_change:apply.'
  const prefix = 'must not begin with "webhook:": such events come from this service itself.'

  it.each([
    ['a b', [form]],
    ['', [form]],
    ['*', [form]],
    ['a'.repeat(101), [form]],
    ['webhook:disabled', [prefix]],
    ['webhook:', [form, prefix]],
  ])('is told of the type "%s"', (type, details) => {
    expect(problemsOf(one({ type }))).toEqual(details.map((detail) => ({ field: 'type', detail })))
  })

  it.each(['webhooks:a', 'my:webhook:a', 'Webhook:a'])('is not the type "%s"', (type) => {
    expect(problemsOf(one({ type }))).toEqual([])
  })

  it('is told of every field that does not belong', () => {
    const detail = 'is not a field of this request. Remove it, or correct its name.'
    expect(problemsOf(one({ id: 1, idempotencyKey: 'k' }))).toEqual([
      { field: 'id', detail },
      { field: 'idempotencyKey', detail },
    ])
  })

  it.each([
    ['{}', ['type', 'payload']],
    ['{"type":"a"}', ['payload']],
    ['{"payload":1}', ['type']],
    ['{"type":4,"payload":1}', ['type']],
    ['{"type":"a","payload":1,"idempotency_key":4}', ['idempotency_key']],
    ['{"type":"a","paylod":1}', ['paylod', 'payload']],
    ['4', ['']],
    ['null', ['']],
    ['"a"', ['']],
  ])('is named in %s', (body, fields) => {
    expect(fieldsOf(body)).toEqual(fields)
  })

  it('is named for every bad event of an array', () => {
    const body = `[${one({})},${one({ type: '' })},{"type":"a"},5,[],${one({ x: 1, idempotency_key: '' })}]`
    expect(fieldsOf(body)).toEqual([
      ...['[1].type', '[2].payload', '[3]', '[4]'],
      ...['[5].idempotency_key', '[5].x'],
    ])
  })

  it.each(['4', '{"payload":1}', '{"type":"a"}', '{"type":4,"payload":1}', '[{}]'])(
    'is told in words of %s',
    (body) => {
      expect(problemsOf(body).map(({ detail }) => detail)).not.toContain('Invalid input.')
    },
  )
})
