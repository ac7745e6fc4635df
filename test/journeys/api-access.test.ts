import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpoints } from '../../functions/api/endpoints.ts'
import { openAwsService } from '../support/aws-service.ts'
import { type CheckedApi, checkedApi, idOf, textOf } from '../support/checked-api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

/** What each call answers to a token that may make it: the ids are of nothing, and the body is empty. */
const allowedAnswers: Readonly<Record<string, number>> = {
  createWebhook: 422,
  listWebhooks: 200,
  getWebhook: 404,
  updateWebhook: 404,
  deleteWebhook: 404,
  rotateSecret: 404,
  testWebhook: 404,
  listEventTypes: 200,
  listEvents: 200,
  getEvent: 404,
  erasePayload: 404,
  listDeliveries: 404,
  getDelivery: 404,
  redeliver: 404,
  startReplay: 422,
  listReplays: 404,
  getReplay: 404,
  cancelReplay: 404,
  createSource: 422,
  listSources: 200,
  deleteSource: 404,
  createToken: 422,
  listTokens: 200,
  getOwnToken: 200,
  revokeToken: 404,
  getActivity: 404,
  listTroubledWebhooks: 200,
  listQueues: 200,
  getHealth: 200,
  getOpenApi: 200,
  postEvents: 422,
}

const mayCall = new Map([
  ['admin', ['admin', 'read', 'any', 'public']],
  ['read', ['read', 'any', 'public']],
  ['publish', ['publish', 'any', 'public']],
])

const calls = [
  ...endpoints.map(({ method, path, scope, operationId }) => ({ method, path, scope, operationId })),
  { method: 'POST', path: '/events', scope: 'publish', operationId: 'postEvents' },
] as const

describe('access', () => {
  let server: TestServer
  let api: CheckedApi
  const tokens = new Map<string, string | undefined>()
  const headers: { wrong: readonly string[]; right: readonly string[] } = { wrong: [], right: [] }

  beforeAll(async () => {
    server = await startTestServer()
    api = await checkedApi(server)
    for (const scope of mayCall.keys()) tokens.set(scope, await api.createToken([scope]))
    tokens.set('none', undefined)
    tokens.set('garbage', 'sgwh_not-a-token')
    const soon = new Date(Date.now() + 1_000).toISOString()
    const expiring = await api.createToken([...mayCall.keys()], soon)
    tokens.set('expired', expiring)
    const revoked = await api.call('POST', '/tokens', { name: 'revoked', scopes: [...mayCall.keys()] })
    tokens.set('revoked', textOf(revoked, 'token'))
    await api.call('DELETE', `/tokens/${idOf(revoked)}`)
    await until(async () => (await api.as(expiring).call('GET', '/webhooks')).status === 401)
    const all = await api.call('POST', '/tokens', { name: 'all', scopes: [...mayCall.keys()] })
    const token = textOf(all, 'token')
    const source = await api.call('POST', '/sources', { name: 'a source' })
    const webhook = await api.call('POST', '/webhooks', { url: 'http://127.0.0.1:9/', event_types: ['x'] })
    headers.wrong = [
      `Basic ${Buffer.from(`admin:${token}`).toString('base64')}`,
      `Token ${token}`,
      token,
      `Bearer ${token}x`,
      `Bearer ${token.toUpperCase()}`,
      `Bearer ${token} ${token}`,
      `Bearer ${idOf(all)}`,
      `Bearer ${textOf(source, 'secret')}`,
      `Bearer ${textOf(webhook, 'secret')}`,
      'Bearer ',
    ]
    headers.right = [`bearer ${token}`, `BEARER ${token}`, `Bearer   ${token}  `]
  })

  afterAll(() => server.remove())

  it.each(calls)('to $operationId takes a token that is valid and allowed', async (call) => {
    const expected = allowedAnswers[call.operationId]
    const path = call.path.replace('{id}', 'whk_0000000000000000')
    const body = call.method === 'POST' || call.method === 'PATCH' ? {} : undefined
    const statusWith = async (token: string) =>
      (await api.as(tokens.get(token)).call(call.method, path, body)).status
    for (const token of ['none', 'garbage', 'expired', 'revoked']) {
      expect([token, await statusWith(token)]).toEqual([token, call.scope === 'public' ? expected : 401])
    }
    for (const [token, allowed] of mayCall) {
      expect([token, await statusWith(token)]).toEqual([token, allowed.includes(call.scope) ? expected : 403])
    }
  })

  it.each(calls)('to $operationId takes the scheme Bearer in any case, and no other secret', async (call) => {
    const expected = allowedAnswers[call.operationId]
    const path = call.path.replace('{id}', 'whk_0000000000000000')
    const body = call.method === 'POST' || call.method === 'PATCH' ? {} : undefined
    const nobody = api.as(undefined)
    const statusWith = async (authorization: string) =>
      (await nobody.call(call.method, path, body, { authorization })).status
    for (const wrong of headers.wrong)
      expect([wrong, await statusWith(wrong)]).toEqual([wrong, call.scope === 'public' ? expected : 401])
    for (const right of headers.right) expect([right, await statusWith(right)]).toEqual([right, expected])
  })

  it.each([
    ['none', 'Send a token'],
    ['garbage', 'There is no such token'],
    ['revoked', 'it was revoked'],
    ['expired', 'expired at 20'],
  ])('with a token that is %s is refused in words that say so', async (token, words) => {
    for (const [method, path] of [
      ['GET', '/webhooks'],
      ['POST', '/events'],
    ] as const) {
      const reply = await api.as(tokens.get(token)).call(method, path, method === 'POST' ? {} : undefined)
      expect(reply.headers.get('www-authenticate')).toBe('Bearer')
      expect(reply.body).toMatchObject({ code: 'unauthenticated', detail: expect.stringContaining(words) })
    }
  })

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'bearer'])(
    'is refused with the header "%s", and told how it must read',
    async (authorization) => {
      const { body } = await api.as(undefined).call('GET', '/webhooks', undefined, { authorization })
      expect(body).toMatchObject({ detail: expect.stringContaining('Bearer <token>') })
    },
  )

  it('is told which scope is wanted, and which the token has', async () => {
    const reply = await api.as(tokens.get('read')).call('POST', '/webhooks', {})
    expect(reply.body).toMatchObject({ code: 'forbidden', detail: expect.stringMatching(/"admin".*read/) })
  })

  it('tells every token what it is, and nothing of it that is secret', async () => {
    const expires_at = '2999-01-31T00:00:00.000Z'
    for (const scopes of [['publish'], ['read', 'publish'], ['admin']]) {
      const made = await api.call('POST', '/tokens', { name: 'naïve "words" 名', scopes, expires_at })
      const own = await api.as(textOf(made, 'token')).call('GET', '/tokens/self')
      expect({ ...Object(own.body), token: textOf(made, 'token') }).toEqual(made.body)
    }
  })

  it('ends for a token that revokes itself', async () => {
    const reply = await api.call('POST', '/tokens', { name: 'brief', scopes: ['admin'] })
    const brief = api.as(textOf(reply, 'token'))
    expect((await brief.call('DELETE', `/tokens/${idOf(reply)}`)).status).toBe(204)
    expect((await brief.call('GET', '/tokens')).status).toBe(401)
  })
})

it('tells the operator token of AWS, which is in no table, what it is', async () => {
  const service = await openAwsService()
  const { status, body } = await service.api.call('GET', '/tokens/self')
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      id: 'tok_0000000000000000',
      name: 'operator',
      scopes: ['admin', 'read', 'publish'],
      created_at: '1970-01-01T00:00:00.000Z',
      expires_at: null,
    },
  })
  await service.close()
})
