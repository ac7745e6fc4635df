import { describe, expect, it } from 'vitest'
import { problemOf, problemReply } from '../../functions/api/problem.ts'
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
} from '../../functions/domain/errors.ts'

describe('problemOf', () => {
  it.each<[Error, number, string, string]>([
    [new MalformedBody('No JSON.'), 400, 'malformed_body', 'No JSON.'],
    [new Unauthenticated('Who are you?'), 401, 'unauthenticated', 'Who are you?'],
    [new Forbidden('Not you.'), 403, 'forbidden', 'Not you.'],
    [new NotFound('webhook', 'whk_1'), 404, 'not_found', 'There is no webhook whk_1.'],
    [new Conflict('Used before.'), 409, 'conflict', 'Used before.'],
    [
      new VersionMismatch('whk_1'),
      412,
      'version_mismatch',
      'whk_1 was changed by someone else since you read it. Get it again, and repeat your change on what it is now.',
    ],
    [new TooLarge('Too much.'), 413, 'too_large', 'Too much.'],
    [new Unavailable('Not now.'), 503, 'unavailable', 'Not now.'],
  ])('of %s has status %d and code %s', (error, status, code, detail) => {
    expect(problemOf(error)).toMatchObject({ status, code, detail, errors: undefined })
  })

  it('of an invalid input names every bad field', () => {
    const problems = [
      { field: 'url', detail: 'is not a URL.' },
      { field: '', detail: 'Send something.' },
    ]
    expect(problemOf(new InvalidInput(problems))).toEqual({
      status: 422,
      code: 'invalid_input',
      title: 'Invalid input',
      detail: 'url: is not a URL. Send something.',
      errors: problems,
    })
  })

  it.each<[string, unknown]>([
    ['an error of ours', new Error('secret whsec_x in table t')],
    ['a TypeError', new TypeError('secret whsec_x')],
    ['something that only looks like one', { name: 'NotFound', message: 'secret whsec_x' }],
    ['a text', 'secret whsec_x'],
    ['nothing', undefined],
  ])('of %s is our fault, and does not tell its message', (_, thrown) => {
    expect(problemOf(thrown)).toEqual({
      status: 500,
      code: 'internal',
      title: 'Our fault',
      detail: 'Something broke on our side. It has been logged; try again.',
    })
  })
})

describe('problemReply', () => {
  const replyTo = (error: Error, requestId?: string) => problemReply(problemOf(error), requestId, error)

  it('is problem details that no cache keeps', () => {
    const reply = replyTo(new NotFound('webhook', 'whk_1'), 'request-1')
    expect(reply.statusCode).toBe(404)
    expect(reply.headers).toEqual({
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': 'request-1',
    })
    expect(JSON.parse(reply.body)).toEqual({
      type: 'about:blank',
      status: 404,
      code: 'not_found',
      title: 'Not found',
      detail: 'There is no webhook whk_1.',
      request_id: 'request-1',
    })
  })

  it('leaves out what there is not', () => {
    const keys = Object.keys(JSON.parse(replyTo(new Conflict('No.')).body))
    expect(keys).toEqual(['type', 'status', 'code', 'title', 'detail'])
  })

  it('asks for a token when none was good', () => {
    expect(replyTo(new Unauthenticated('No.')).headers).toMatchObject({ 'WWW-Authenticate': 'Bearer' })
    expect(replyTo(new Forbidden('No.')).headers).not.toHaveProperty('WWW-Authenticate')
  })

  it('asks to come back after at most 3 s, which is as long as Sourcegraph waits', () => {
    const wait = Number(replyTo(new Unavailable('No.')).headers?.['Retry-After'])
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(3)
    expect(replyTo(new Error('No.')).headers).not.toHaveProperty('Retry-After')
  })
})
