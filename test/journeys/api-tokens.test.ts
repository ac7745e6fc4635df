import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badFieldsOf, type CheckedApi, checkedApi, idOf, textOf } from '../support/checked-api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describe('tokens and sources', () => {
  let server: TestServer
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer()
    api = await checkedApi(server)
  })

  afterAll(() => server.remove())

  it('show a token in the answer that created it and in no other', async () => {
    const body = {
      name: 'ci',
      scopes: ['publish', 'read', 'publish'],
      expires_at: '2999-01-31T01:00:00+01:00',
    }
    const reply = await api.call('POST', '/tokens', body)
    expect(reply.status).toBe(201)
    expect(reply.body).toMatchObject({
      name: 'ci',
      scopes: ['publish', 'read'],
      expires_at: '2999-01-31T00:00:00.000Z',
      token: expect.stringMatching(/^sgwh_[A-Za-z0-9_-]{43}$/),
    })
    const token = textOf(reply, 'token')
    await api.as(token).list('/webhooks')
    const listed = (await api.list('/tokens')).find(({ id }) => id === idOf(reply))
    expect(reply.body).toEqual({ ...listed, token })
    expect(api.answers.filter((answer) => answer.includes(token))).toHaveLength(1)
  })

  it('show a secret in the answer that created its source and in no other', async () => {
    const given = await api.call('POST', '/sources', { name: 'a', secret: 'a-secret-of-a-source' })
    expect(given.body).toMatchObject({ name: 'a', secret: 'a-secret-of-a-source', last_event_at: null })
    const made = await api.call('POST', '/sources', { name: 'b' })
    expect(made.body).toMatchObject({ secret: expect.stringMatching(/^whsec_/) })
    const secret = textOf(made, 'secret')
    expect((await api.postAsSourcegraph('a:b', '{}', secret)).status).toBe(202)
    await api.list('/sources')
    expect(api.answers.filter((answer) => answer.includes('a-secret-of-a-source'))).toHaveLength(1)
    expect(api.answers.filter((answer) => answer.includes(secret))).toHaveLength(1)
  })

  it.each(['sources', 'tokens'])(
    'are walked by cursors, each of the %s once, and can be deleted',
    async (kind) => {
      const body = kind === 'tokens' ? { name: 'many', scopes: ['read'] } : { name: 'many' }
      for (let count = 0; count < 5; count++) await api.call('POST', `/${kind}`, body)
      const all = (await api.list(`/${kind}`)).map(({ id }) => id)
      expect(all).toEqual(all.toSorted().toReversed())
      const walked = (await api.pages(`/${kind}?limit=2`)).flat().map(({ id }) => id)
      expect(walked).toEqual(all)
      expect((await api.call('DELETE', `/${kind}/${all[0]}`)).status).toBe(204)
      expect((await api.call('DELETE', `/${kind}/${all[0]}`)).status).toBe(404)
      expect((await api.list(`/${kind}`)).map(({ id }) => id)).toEqual(all.slice(1))
    },
  )

  it.each<[string, Record<string, unknown>]>([
    ['name', { name: '' }],
    ['name', { name: 'a'.repeat(101) }],
    ['name', { name: 7 }],
    ['scopes', { scopes: [] }],
    ['scopes[0]', { scopes: ['root'] }],
    ['scopes', { scopes: 'read' }],
    ['expires_at', { expires_at: '2020-01-01T00:00:00Z' }],
    ['expires_at', { expires_at: new Date().toISOString() }],
    ['expires_at', { expires_at: '9999-12-31T23:59:59-01:00' }],
    ['expires_at', { expires_at: 1_900_000_000 }],
    ['role', { role: 'admin' }],
  ])('refuse a token with a wrong %s (%#)', async (field, broken) => {
    const reply = await api.call('POST', '/tokens', { name: 'a', scopes: ['read'], ...broken })
    expect(reply.status).toBe(422)
    expect(badFieldsOf(reply)).toEqual([field])
  })

  it.each<[string, Record<string, unknown>]>([
    ['name', { name: '' }],
    ['secret', { secret: 'whsec_not base64' }],
    ['secret', { secret: 'a'.repeat(257) }],
    ['url', { url: 'https://sourcegraph.example.com' }],
  ])('refuse a source with a wrong %s (%#)', async (field, broken) => {
    const reply = await api.call('POST', '/sources', { name: 'a', ...broken })
    expect(reply.status).toBe(422)
    expect(badFieldsOf(reply)).toEqual([field])
  })

  it('take null for a token that never expires', async () => {
    const reply = await api.call('POST', '/tokens', { name: 'a', scopes: ['read'], expires_at: null })
    expect(reply.body).toMatchObject({ expires_at: null })
    expect((await api.list('/tokens')).map(({ id }) => id)).toContain(idOf(reply))
  })
})
