import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const url = 'https://ci.example.com/hooks'
const headers = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, 'a']))

describe('a webhook that breaks a rule', () => {
  let server: TestServer
  let api: CheckedApi
  let path: string

  beforeAll(async () => {
    server = await startTestServer({ args: [] })
    api = await checkedApi(server)
    path = `/webhooks/${await api.createWebhook({ url })}`
  })

  afterAll(() => server.remove())

  it.each<[string, Record<string, unknown>]>([
    ['url', { url: 'http://ci.example.com/' }],
    ['url', { url: 'ftp://ci.example.com/' }],
    ['url', { url: 'ci.example.com' }],
    ['url', { url: '' }],
    ['url', { url: 'https://127.0.0.1/' }],
    ['url', { url: 'https://[::1]/' }],
    ['url', { url: 'https://169.254.169.254/latest' }],
    ['url', { url: 'https://10.0.0.1/' }],
    ['url', { url: 'https://2130706433/' }],
    ['url', { url: 'https://localhost/' }],
    ['url', { url: 'https://user:secret@ci.example.com/' }],
    ['url', { url: 'https://ci.example.com:22/' }],
    ['url', { url: 'https://ci.example.com/a b' }],
    ['url', { url: 'https://ci.example.com/#top' }],
    ['url', { url: `https://ci.example.com/${'a'.repeat(2_030)}` }],
    ['url', { url: null }],
    ['event_types', { event_types: [] }],
    ['event_types', { event_types: 'a:b' }],
    ['event_types', { event_types: Array.from({ length: 101 }, (_, index) => `a:${index}`) }],
    ['event_types[1]', { event_types: ['a:b', 'a b'] }],
    ['event_types[0]', { event_types: ['a::b'] }],
    ['event_types[0]', { event_types: [`a${'b'.repeat(100)}`] }],
    ['description', { description: 'x'.repeat(501) }],
    ['scope', { scope: null }],
    ['scope.repository_ids', { scope: { repository_ids: [] } }],
    ['scope.namespace_ids[0]', { scope: { namespace_ids: [7] } }],
    ['scope.user_ids', { scope: { user_ids: ['a'] } }],
    ['headers', { headers: headers(21) }],
    ['headers.Host', { headers: { Host: 'a' } }],
    ['headers.Content-Length', { headers: { 'Content-Length': '1' } }],
    ['headers.transfer-encoding', { headers: { 'transfer-encoding': 'chunked' } }],
    ['headers.Webhook-Id', { headers: { 'Webhook-Id': 'a' } }],
    ['headers.X-Sourcegraph-Anything', { headers: { 'X-Sourcegraph-Anything': 'a' } }],
    ['headers.a b', { headers: { 'a b': 'c' } }],
    ['headers.x-twice', { headers: { 'X-Twice': 'a', 'x-twice': 'b' } }],
    ['headers.X-Line', { headers: { 'X-Line': 'a\r\nX-Other: b' } }],
    ['headers.X-Number', { headers: { 'X-Number': 1 } }],
    ['enabled', { enabled: 'yes' }],
    ['retry_schedule', { retry_schedule: [] }],
    ['retry_schedule', { retry_schedule: ['0s', 'soon'] }],
    ['retry_schedule', { retry_schedule: ['49h'] }],
    ['retry_schedule', { retry_schedule: Array.from({ length: 21 }, () => '1s') }],
    ['rate_limit', { rate_limit: 0 }],
    ['rate_limit', { rate_limit: 1_001 }],
    ['rate_limit', { rate_limit: '5' }],
    ['colour', { colour: 'red' }],
    ['[""]', { '': 'red' }],
    ['scope[" "]', { scope: { ' ': ['a'] } }],
  ])('is refused on create and on change, naming %s (%#)', async (field, broken) => {
    const before = await api.get(path)
    const created = await api.call('POST', '/webhooks', { url, event_types: ['a:b'], ...broken })
    const changed = await api.call('PATCH', path, broken)
    for (const reply of [created, changed]) {
      expect(reply.status).toBe(422)
      expect(reply.body).toMatchObject({ code: 'invalid_input', errors: [{ field }] })
    }
    expect(await api.get(path)).toEqual(before)
  })

  it.each(['', 'x'.repeat(257), 'whsec_not base64', 'whsec_'])(
    'is refused with a secret that cannot sign (%#)',
    async (secret) => {
      const reply = await api.call('POST', '/webhooks', { url, event_types: ['a:b'], secret })
      expect(reply.status).toBe(422)
      expect(reply.body).toMatchObject({
        errors: expect.arrayContaining([{ field: 'secret', detail: expect.any(String) }]),
      })
    },
  )

  it('is refused when the change names a secret, which can only be given on create', async () => {
    const reply = await api.call('PATCH', path, { secret: 'another' })
    expect(reply.status).toBe(422)
    expect(reply.body).toMatchObject({ errors: [{ field: 'secret' }] })
  })

  it('is refused without a URL and event types', async () => {
    expect((await api.call('POST', '/webhooks', {})).body).toMatchObject({
      errors: [{ field: 'url' }, { field: 'event_types' }],
    })
  })

  it('is told of everything that is wrong at once', async () => {
    const { body } = await api.call('POST', '/webhooks', {
      url: 'http://10.0.0.1/',
      secret: 'whsec_!',
      event_types: ['a b'],
      description: 1,
      scope: { user_ids: [] },
      headers: { Host: 'a', Connection: 'b' },
      enabled: 1,
      retry_schedule: ['x'],
      rate_limit: 0,
      colour: 'red',
    })
    expect(body).toMatchObject({
      status: 422,
      errors: expect.arrayContaining(
        [
          'url',
          'secret',
          'event_types[0]',
          'description',
          'scope.user_ids',
          'headers.Host',
          'headers.Connection',
          'enabled',
          'retry_schedule',
          'rate_limit',
          'colour',
        ].map((field) => ({ field, detail: expect.stringMatching(/[.]$/) })),
      ),
    })
  })

  it.each(['url', 'event_types', 'description', 'secret', 'scope', 'headers', 'retry_schedule'])(
    'is refused where %s is an object that cannot be compared',
    async (field) => {
      const broken = {
        url,
        event_types: ['a:b'],
        [field]: { length: { toString: true }, size: { valueOf: 1 } },
      }
      const reply = await api.call('POST', '/webhooks', broken)
      expect(reply.status).toBe(422)
      expect(JSON.stringify(reply.body)).toContain(field)
    },
  )

  it('takes 20 headers, and every length at its limit', async () => {
    const id = await api.createWebhook({
      url: `${url}/${'a'.repeat(2_048 - url.length - 1)}`,
      secret: 's'.repeat(256),
      event_types: ['e'.repeat(100)],
      description: 'd'.repeat(500),
      headers: { ...headers(19), 'X-Long': 'a'.repeat(4_096) },
      retry_schedule: Array.from({ length: 20 }, () => '48h'),
      rate_limit: 1_000,
    })
    expect(await api.get(`/webhooks/${id}`)).toMatchObject({ rate_limit: 1_000 })
  })
})
