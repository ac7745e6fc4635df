import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpoints } from '../../functions/api/endpoints.ts'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describe('the API', () => {
  let server: TestServer
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer()
    api = await checkedApi(server)
  })

  afterAll(() => server.remove())

  it.each(['/', '/webhook', '/webhooks/a/b', '/Webhooks', '/health/', '/webhooks/%zz'])(
    'answers %s with 404',
    async (path) => {
      const reply = await api.call('GET', path)
      expect(reply.status).toBe(404)
      expect(reply.body).toMatchObject({ code: 'not_found' })
    },
  )

  it.each([
    ['DELETE', '/webhooks', 'GET, POST'],
    ['PUT', '/webhooks/whk_0000000000000000', 'GET, PATCH, DELETE'],
    ['GET', '/deliveries/dlv_0/redeliver', 'POST'],
    ['POST', '/health', 'GET'],
    ['PATCH', '/events', 'GET, POST'],
  ])('answers %s %s with 405 and what is allowed', async (method, path, allowed) => {
    const reply = await api.call(method, path)
    expect(reply.status).toBe(405)
    expect(reply.headers.get('allow')).toBe(allowed)
    expect(reply.body).toMatchObject({ code: 'method_not_allowed' })
  })

  const bodies = endpoints
    .filter(({ body }) => body !== undefined)
    .map(
      ({ method, path, bodyIsOptional = false }) =>
        [method, path.replace('{id}', 'whk_0000000000000000'), bodyIsOptional] as const,
    )

  describe.each([...bodies, ['POST', '/events', false] as const])('%s %s', (method, path, bodyIsOptional) => {
    it.each(['{', 'nil', '{"a": 1,}', "{'a': 1}", '\ufeff{}', '{} {}'])(
      'answers the body %j, which is no JSON, with 400',
      async (body) => {
        const reply = await api.call(method, path, body)
        expect(reply.status).toBe(400)
        expect(reply.body).toMatchObject({ code: 'malformed_body' })
      },
    )

    it('answers an empty body with 400, unless it may be left out', async () => {
      expect((await api.call(method, path)).status).toBe(bodyIsOptional ? 404 : 400)
    })

    it('answers a body that is no UTF-8 with 400', async () => {
      expect((await api.call(method, path, Buffer.from([0x22, 0xff, 0x22]))).status).toBe(400)
    })

    it.each(['null', '7', '"text"'])('answers the body %s, which is no object, with 422', async (body) => {
      expect((await api.call(method, path, body)).status).toBe(422)
    })
  })

  it('answers a request of more than 6 MiB with 413', async () => {
    expect((await api.call('POST', '/webhooks', `"${'a'.repeat(6 * 1_048_576)}"`)).status).toBe(413)
  })

  it('refuses query parameters that a call does not know', async () => {
    const reply = await api.call('GET', '/tokens?page=2')
    expect(reply.status).toBe(422)
    expect(reply.body).toMatchObject({ errors: [{ field: 'page' }] })
  })

  it('keeps its answers out of caches, and names them JSON', async () => {
    const { headers } = await api.call('GET', '/webhooks')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('answers for its health, and with its own document, without a token', async () => {
    const anyone = api.as(undefined)
    expect((await anyone.call('GET', '/health')).body).toMatchObject({ status: 'ok' })
    const { body } = await anyone.call('GET', '/openapi.json')
    expect(body).toMatchObject({ openapi: '3.1.1', paths: { '/openapi.json': { get: {} } } })
  })

  it('lists the known event types with an example of each', async () => {
    const { body } = await api.call('GET', '/event-types')
    expect(body).toMatchObject({
      data: expect.arrayContaining([
        expect.objectContaining({
          key: 'batch_change:apply',
          example: expect.objectContaining({ state: 'OPEN' }),
        }),
      ]),
      next_cursor: null,
    })
  })

  it('logged no fault of its own', () => {
    expect(server.logged).toEqual([])
  })
})
