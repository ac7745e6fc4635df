import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startGateway } from './running-gateway.ts'

describe('the routes of the gateway', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>

  beforeEach(async () => {
    gateway = await startGateway()
  })

  afterEach(() => gateway.close())

  it.each([
    '/nothing',
    '/webhooks/whk_1/nothing',
    '/webhooks/',
    '/webhooks//deliveries',
    '/health/',
    '/HEALTH',
    '/',
  ])('answers 404 for %s', async (path) => {
    const { status, headers, body } = await gateway.api.call('GET', path)
    expect(status).toBe(404)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(body).toMatchObject({ code: 'not_found', detail: `There is no page ${path}.` })
    expect(gateway.requests).toEqual([])
  })

  it.each([
    { method: 'PUT', path: '/webhooks', allow: 'GET, POST' },
    { method: 'DELETE', path: '/events', allow: 'GET, POST' },
    { method: 'POST', path: '/webhooks/whk_1', allow: 'GET, PATCH, DELETE' },
    { method: 'OPTIONS', path: '/health', allow: 'GET' },
    { method: 'PROPFIND', path: '/health', allow: 'GET' },
  ])('answers 405 to $method $path and tells what it takes', async ({ method, path, allow }) => {
    const { status, headers, body } = await gateway.api.call(method, path)
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe(allow)
    expect(body).toMatchObject({ code: 'method_not_allowed' })
    expect(gateway.requests).toEqual([])
  })

  it.each(['GET //', 'GET //evil.example/health', 'GET /%zz', 'GET /webhooks/%zz', 'OPTIONS *'])(
    'answers 404 to %s, and takes it for no fault of its own',
    async (target) => {
      expect(await gateway.statusOfRaw(`${target} HTTP/1.1`)).toBe(404)
      expect(gateway.logged).toEqual([])
    },
  )

  it.each([
    '/events/../health',
    '/events/%2e%2E/health',
    '/./health',
    '/health/.',
    '/webhooks/whk_1/deliveries/..',
    '/webhooks\\whk_1',
    '/health#part',
    'http://localhost/events/../health',
  ])('takes the path as it is written: nothing is at %s', async (target) => {
    expect(await gateway.statusOfRaw(`GET ${target} HTTP/1.1`)).toBe(404)
    expect(gateway.requests).toEqual([])
  })

  it.each(['http://localhost/health', 'HTTP://localhost:80/health?x=1', '/health?a=/../..', '/health?'])(
    'finds the route of the target %s',
    async (target) => {
      expect(await gateway.statusOfRaw(`GET ${target} HTTP/1.1`)).toBe(200)
      expect(gateway.requests).toMatchObject([{ resource: '/health', path: '/health' }])
    },
  )

  it('hands POST /events to ingest and all else to admin', async () => {
    await gateway.api.call('POST', '/events', '{}')
    await gateway.api.call('GET', '/events')
    expect(gateway.requests.map(({ entry, resource }) => `${entry} ${resource}`)).toEqual([
      'ingest /events',
      'admin /events',
    ])
  })

  it('decodes parameters in the path, one segment each', async () => {
    await gateway.api.call('GET', '/webhooks/whk_%2Fa%20%C3%A9?x=1')
    expect(gateway.requests).toMatchObject([
      {
        resource: '/webhooks/{id}',
        path: '/webhooks/whk_%2Fa%20%C3%A9',
        pathParameters: { id: 'whk_/a é' },
      },
    ])
    await gateway.api.call('GET', '/webhooks')
    expect(gateway.requests[1]?.pathParameters).toBeNull()
  })

  it('hands over the query, the last of equal names and all of them', async () => {
    await gateway.api.call('GET', '/events?type=a%3Ab&type=c+d&limit=')
    await gateway.api.call('GET', '/events')
    expect(gateway.requests[0]).toMatchObject({
      queryStringParameters: { type: 'c d', limit: '' },
      multiValueQueryStringParameters: { type: ['a:b', 'c d'], limit: [''] },
    })
    expect(gateway.requests[1]).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
    })
  })
})
