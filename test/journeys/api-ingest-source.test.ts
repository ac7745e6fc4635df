import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckedApi, checkedApi, idOf } from '../support/checked-api.ts'
import { receivedFor } from '../support/received.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const secret = 'A1B2C3D4E5F6'
const maxBytes = 256 * 1024

describe("a Sourcegraph instance's request", () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver()
    api = await checkedApi(server)
    await api.createSource(secret)
    await api.createWebhook({ url: receiver.url })
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  /** Posts a body as the instance; resolves with what the receiver then gets. */
  async function delivered(type: string, body: Uint8Array | string) {
    const reply = await api.postAsSourcegraph(type, body, secret)
    expect(reply.body).toMatchObject({ type, duplicate: false })
    expect(reply.status).toBe(202)
    const [request] = await receivedFor(receiver, idOf(reply))
    return request
  }

  it.each([
    ['non-ASCII characters', '{"name":"Grüße, 世界 🎉","escaped":"\\u00fc"}'],
    ["Go's escapes", '{"title":"\\u003cb\\u003e \\u0026 more \\u2028"}'],
    ['white space and a line end', '{ "a" : [ 1 ,2 ] }\n'],
    ['numbers that JavaScript cannot hold', '{"id":12345678901234567890,"n":1.0,"e":1E400}'],
    ['a key twice', '{"a":1,"a":2}'],
    ['no object', '"test payload"'],
    ['a megabyte of nothing', `{"pad":"${' '.repeat(maxBytes - 10)}"}`],
  ])('is delivered byte for byte with %s', async (_what, body) => {
    expect((await delivered('a:b', body))?.body).toEqual(Buffer.from(body))
  })

  it('is accepted at 256 KiB and refused one byte later', async () => {
    const body = Buffer.alloc(maxBytes, 'x')
    body[0] = body[maxBytes - 1] = 0x22
    expect((await delivered('size:max', body))?.body.equals(body)).toBe(true)
    const larger = Buffer.concat([body, Buffer.from(' ')])
    const reply = await api.postAsSourcegraph('size:max', larger, secret)
    expect(reply.status).toBe(413)
    expect(reply.body).toMatchObject({ code: 'too_large' })
  })

  it('is accepted with an unknown type, and delivered to whoever names it', async () => {
    const named = await startTestReceiver()
    await api.createWebhook({ url: named.url, event_types: ['search_job:finish'] })
    await delivered('search_job:finish', '{"id":"U2VhcmNoSm9iOjE="}')
    const [request] = await named.arrived(1)
    expect(request?.headers['x-sourcegraph-webhook-event-type']).toBe('search_job:finish')
    await named.close()
  })

  it('is taken once when it repeats within ten minutes, and the same event is told', async () => {
    const first = await api.postAsSourcegraph('batch_change:close', '{"id":"once"}', secret)
    const repeats = await Promise.all(
      Array.from({ length: 5 }, () => api.postAsSourcegraph('batch_change:close', '{"id":"once"}', secret)),
    )
    for (const { status, body } of repeats) {
      expect(status).toBe(202)
      expect(body).toEqual({ id: idOf(first), type: 'batch_change:close', duplicate: true })
    }
    await delivered('batch_change:close', '{"id":"afterwards"}')
    const got = receiver.requests.filter(({ body }) => body.toString() === '{"id":"once"}')
    expect(got).toHaveLength(1)
  })

  it('is another event with other bytes, with another type, and from another source', async () => {
    await api.createSource('another secret')
    const replies = await Promise.all([
      api.postAsSourcegraph('user:create', '{"n":1}', secret),
      api.postAsSourcegraph('user:create', '{"n":1} ', secret),
      api.postAsSourcegraph('user:update', '{"n":1}', secret),
      api.postAsSourcegraph('user:create', '{"n":1}', 'another secret'),
    ])
    expect(new Set(replies.map(idOf)).size).toBe(4)
  })

  it('is accepted whatever the shape of a known type', async () => {
    const body =
      '{"version":1,"user":{"database_id":123,"username":"alice","display_name":null,"updated_at":"2026-05-19T05:41:24Z","new_field":[1]},"created_by_user_id":null}'
    expect((await delivered('user:create', body))?.body.toString()).toBe(body)
  })

  it.each([
    ['of a body that was changed', '{"a":2}', undefined],
    ['that is empty', '{"a":1}', ''],
    ['in upper case', '{"a":1}', 'UPPER'],
    ['under an unknown secret', '{"a":1}', 'f'.repeat(64)],
  ])('is refused with 401 with a signature %s', async (_what, body, signature) => {
    const right = createHmac('sha256', secret).update('{"a":1}').digest('hex')
    const reply = await api.as(undefined).call('POST', '/events', body, {
      'x-sourcegraph-webhook-event-type': 'a:b',
      'x-sourcegraph-webhook-signature': signature === 'UPPER' ? right.toUpperCase() : (signature ?? right),
    })
    expect(reply.status).toBe(401)
    expect(reply.body).toMatchObject({ code: 'unauthenticated' })
  })

  it('is refused with 401 when its signature is wrong, even with a valid token', async () => {
    const headers = { 'x-sourcegraph-webhook-signature': '0'.repeat(64) }
    expect((await api.call('POST', '/events', { type: 'a:b', payload: 1 }, headers)).status).toBe(401)
  })

  it.each(['', ' ', 'a b', ':a', 'a'.repeat(101)])(
    'is refused with 422 without a proper type in its header (%#)',
    async (type) => {
      const reply = await api.postAsSourcegraph(type, '{}', secret)
      expect(reply.status).toBe(422)
      expect(reply.body).toMatchObject({ errors: [{ field: 'X-Sourcegraph-Webhook-Event-Type' }] })
    },
  )

  it.each([
    ['empty', ''],
    ['cut off', '{"a":'],
    ['no UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['a surrogate half in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('is refused with 400 when its body is %s', async (_what, body) => {
    const reply = await api.postAsSourcegraph('a:b', body, secret)
    expect(reply.status).toBe(400)
    expect(reply.body).toMatchObject({ code: 'malformed_body' })
  })

  it('is refused once its source is deleted', async () => {
    const id = await api.createSource('of short life')
    expect((await api.postAsSourcegraph('a:b', '[]', 'of short life')).status).toBe(202)
    expect((await api.call('DELETE', `/sources/${id}`)).status).toBe(204)
    expect((await api.postAsSourcegraph('a:b', '[]', 'of short life')).status).toBe(401)
  })

  it('is told on its source and on its event', async () => {
    const source = (await api.list('/sources')).at(-1)
    expect(source?.last_event_at).toMatch(/:00\.000Z$/)
    const reply = await api.postAsSourcegraph('who:sent', '{}', secret)
    expect(await api.get(`/events/${idOf(reply)}`)).toMatchObject({
      type: 'who:sent',
      origin: { kind: 'source', id: source?.id },
      payload: {},
      payload_bytes: 2,
    })
  })
})
