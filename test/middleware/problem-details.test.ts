import middy from '@middy/core'
import { describe, expect, it } from 'vitest'
import type { GatewayReply, GatewayRequest } from '../../functions/api/gateway.ts'
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
import type { LogFields } from '../../functions/middleware/log.ts'
import { problemDetails } from '../../functions/middleware/problem-details.ts'
import { lambdaContext } from '../../local/lambda-context.ts'
import { aGatewayRequest } from '../support/builders.ts'

/** What a handler that throws `thrown` answers, and what the operator is told. */
async function answerTo(thrown: unknown) {
  const errors: { message: string; fields: LogFields | undefined }[] = []
  const log = {
    info: () => {},
    error: (message: string, fields?: LogFields) => errors.push({ message, fields }),
  }
  const handler = middy<GatewayRequest, GatewayReply>()
    .use(problemDetails(log))
    .handler(async (): Promise<GatewayReply> => {
      throw thrown
    })
  const reply = await handler(aGatewayRequest(), lambdaContext('tests'))
  const body: unknown = JSON.parse(reply.body)
  return { reply, body, errors }
}

describe('problemDetails', () => {
  it.each([
    [new MalformedBody('The body is not JSON.'), 400, 'malformed_body'],
    [new Unauthenticated('Send a token.'), 401, 'unauthenticated'],
    [new Forbidden('Not with this token.'), 403, 'forbidden'],
    [new NotFound('webhook', 'whk_1'), 404, 'not_found'],
    [new Conflict('It is off.'), 409, 'conflict'],
    [new VersionMismatch('whk_1'), 412, 'version_mismatch'],
    [new TooLarge('Too large.'), 413, 'too_large'],
    [new InvalidInput([{ field: 'url', detail: 'must be a URL.' }]), 422, 'invalid_input'],
    [new Unavailable('Not now.'), 503, 'unavailable'],
  ])('answers %s with %i', async (error, status, code) => {
    const { reply, body } = await answerTo(error)
    expect(reply.statusCode).toBe(status)
    expect(reply.headers).toMatchObject({ 'Content-Type': 'application/problem+json' })
    const { message: detail } = error
    expect(body).toMatchObject({ type: 'about:blank', status, code, detail, request_id: 'request-1' })
  })

  it('names every bad field', async () => {
    const problems = [
      { field: 'url', detail: 'must be a URL.' },
      { field: 'event_types[0]', detail: 'is unknown.' },
    ]
    const { body } = await answerTo(new InvalidInput(problems))
    expect(body).toMatchObject({ errors: problems })
  })

  it('asks for a token with 401, and for a wait of at most 3 s with 503', async () => {
    const denied = await answerTo(new Unauthenticated('Send a token.'))
    expect(denied.reply.headers).toMatchObject({ 'WWW-Authenticate': 'Bearer' })
    const { reply } = await answerTo(new Unavailable('Not now.'))
    expect(Number(reply.headers?.['Retry-After'])).toBeGreaterThan(0)
    expect(Number(reply.headers?.['Retry-After'])).toBeLessThanOrEqual(3)
  })

  it('keeps the words of our own faults from the caller and tells them to the operator', async () => {
    const { reply, body, errors } = await answerTo(new Error('no such table: webhooks'))
    expect(reply.statusCode).toBe(500)
    expect(JSON.stringify(body)).not.toContain('no such table')
    expect(errors).toMatchObject([
      {
        message: 'a request failed',
        fields: { request_id: 'request-1', route: 'POST /events', status: 500 },
      },
    ])
    expect(errors[0]?.fields?.error).toContain('no such table')
  })

  it('tells the operator the cause of an unavailability', async () => {
    const cause = new Error('the disk is full')
    const { errors } = await answerTo(new Unavailable('Not now.', { cause }))
    expect(errors).toMatchObject([{ fields: { status: 503, cause: 'the disk is full' } }])
  })

  it('does not bother the operator with what callers do wrong', async () => {
    expect((await answerTo(new NotFound('webhook', 'whk_1'))).errors).toEqual([])
  })
})
