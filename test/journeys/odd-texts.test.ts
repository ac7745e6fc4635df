import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckedApi, checkedApi, idOf } from '../support/checked-api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describe('a text', () => {
  let server: TestServer
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer()
    api = await checkedApi(server)
  })

  afterAll(() => server.remove())

  it.each([' ', '\0', 'a\0b', '\u202e', '\r\n', '\ufeff', '😀', 'é'.normalize('NFD'), '__proto__'])(
    'is shown as it was accepted: %j',
    async (text) => {
      const changes = { description: text, scope: { repository_ids: [text], namespace_ids: [`${text}x`] } }
      const created = await api.call('POST', '/webhooks', {
        url: 'http://127.0.0.1:9/',
        event_types: ['x'],
        ...changes,
      })
      expect(created).toMatchObject({ status: 201, body: changes })
      expect(await api.get(`/webhooks/${idOf(created)}`)).toMatchObject(changes)
      const token = await api.call('POST', '/tokens', { name: text, scopes: ['read'] })
      expect((await api.list('/tokens')).find(({ id }) => id === idOf(token))).toMatchObject({ name: text })
      const source = await api.call('POST', '/sources', { name: text })
      expect((await api.list('/sources')).find(({ id }) => id === idOf(source))).toMatchObject({ name: text })
    },
  )

  it.each(['\ud800', 'a\udfff'])('that has no UTF-8 is refused: %j', async (name) => {
    expect((await api.call('POST', '/sources', { name })).body).toMatchObject({
      code: 'malformed_body',
      detail: expect.stringContaining('surrogate'),
    })
    // A payload is bytes to us: it goes out as it came.
    expect((await api.call('POST', '/events', { type: 'x', payload: name })).status).toBe(202)
  })
})
