import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badFieldsOf, type CheckedApi, checkedApi, idOf, rowsOf } from '../support/checked-api.ts'
import { receivedFor } from '../support/received.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describe("a publisher's request", () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi
  let publisher: CheckedApi

  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver()
    api = await checkedApi(server)
    publisher = api.as(await api.createToken(['publish']))
    await api.createWebhook({ url: receiver.url, event_types: ['deploy:finish', 'batch_change:apply'] })
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  const post = (body: unknown, headers?: Record<string, string>) =>
    publisher.call('POST', '/events', body, headers)
  const eventCount = async () => (await api.pages('/events?limit=100')).flat().length

  it('is delivered with the bytes of its payload as they stood in the request', async () => {
    const payload = '{ "é": "\\u003cb\\u003e", "n": 12345678901234567890 , "a": [ ]}'
    const reply = await post(`{"payload" :\n ${payload} ,"type":"deploy:finish"}`)
    expect(reply.status).toBe(202)
    const [request] = await receivedFor(receiver, idOf(reply))
    expect(request?.body.toString()).toBe(payload)
  })

  it('is warned of a type that Sourcegraph does not send, and of fields that differ', async () => {
    const unknown = await post({ type: 'deploy:finish', payload: 0 })
    expect(unknown.body).toMatchObject({ warnings: [expect.stringContaining('"deploy:finish"')] })
    const unlike = await post({ type: 'batch_change:apply', payload: { id: 7 } })
    expect(unlike.body).toMatchObject({
      warnings: expect.arrayContaining([expect.stringContaining('payload.id')]),
    })
  })

  it('is not warned of a new user with numbers for ids, nulls and unknown fields', async () => {
    const payload = {
      version: 1,
      user: { database_id: 123, username: 'alice', display_name: null, updated_at: null, new_field: {} },
      created_by_user_id: 42,
    }
    expect((await post({ type: 'user:create', payload })).body).not.toHaveProperty('warnings')
  })

  it('may hold many events, which are answered in order', async () => {
    const events = Array.from({ length: 100 }, (_, n) => ({ type: 'deploy:finish', payload: { n } }))
    const reply = await post(events)
    expect(reply.status).toBe(202)
    const requests = await Promise.all(rowsOf(reply).map(({ id }) => receivedFor(receiver, id)))
    const bodies = requests.map(([request]) => String(request?.body))
    expect(bodies).toEqual(events.map(({ payload }) => JSON.stringify(payload)))
  })

  it('is refused as a whole when one of its events is, and each bad field is named', async () => {
    const before = await eventCount()
    const reply = await post([
      { type: 'a:b', payload: 1 },
      { type: 'a b', payload: 1 },
      { type: 'webhook:disabled', payload: 1 },
      { type: 'a:b' },
      { type: 'a:b', payload: 1, idempotency_key: 'two words', colour: 'red' },
      7,
    ])
    expect(reply.status).toBe(422)
    expect(badFieldsOf(reply)).toEqual([
      '[1].type',
      '[2].type',
      '[3].payload',
      '[4].idempotency_key',
      '[4].colour',
      '[5]',
    ])
    expect(await eventCount()).toBe(before)
  })

  it.each([0, 101])('is refused with %i events', async (length) => {
    const events = Array.from({ length }, () => ({ type: 'a:b', payload: 1 }))
    expect((await post(events)).status).toBe(422)
  })

  it('is one event when the key repeats, in the header or in the body', async () => {
    const event = { type: 'a:b', payload: { n: 1 } }
    const first = await post({ ...event, idempotency_key: 'k1' })
    const again = await post({ ...event, idempotency_key: 'k1' })
    const byHeader = await post(event, { 'idempotency-key': 'k1' })
    const byBoth = await post({ ...event, idempotency_key: 'k1' }, { 'idempotency-key': 'k1' })
    expect(first.body).toMatchObject({ duplicate: false })
    for (const { status, body } of [again, byHeader, byBoth]) {
      expect(status).toBe(202)
      expect(body).toMatchObject({ id: idOf(first), duplicate: true })
    }
  })

  it('is two events without a key, however alike', async () => {
    const [one, two] = [await post({ type: 'a:b', payload: 1 }), await post({ type: 'a:b', payload: 1 })]
    expect(idOf(one)).not.toBe(idOf(two))
  })

  it('has keys of its own for each token', async () => {
    const other = api.as(await api.createToken(['publish']))
    const mine = await post({ type: 'a:b', payload: 1, idempotency_key: 'shared' })
    const theirs = await other.call('POST', '/events', { type: 'a:b', payload: 2, idempotency_key: 'shared' })
    expect(theirs.body).toMatchObject({ duplicate: false })
    expect(idOf(theirs)).not.toBe(idOf(mine))
  })

  it.each([
    ['payload', { type: 'a:b', payload: 2 }],
    ['type', { type: 'a:c', payload: 1 }],
  ])(
    'is refused with 409, and nothing of it accepted, when a key comes with another %s',
    async (what, other) => {
      const key = `conflict-${what}`
      await post({ type: 'a:b', payload: 1, idempotency_key: key })
      const before = await eventCount()
      const reply = await post([
        { type: 'a:b', payload: 'new' },
        { ...other, idempotency_key: key },
      ])
      expect(reply.status).toBe(409)
      expect(reply.body).toMatchObject({ code: 'conflict' })
      expect(await eventCount()).toBe(before)
    },
  )

  it('may give an array one key in the header', async () => {
    const events = [1, 2, 3].map((payload) => ({ type: 'a:b', payload }))
    const first = await post(events, { 'idempotency-key': 'array' })
    const again = await post(events, { 'idempotency-key': 'array' })
    expect(rowsOf(again)).toEqual(rowsOf(first).map((event) => ({ ...event, duplicate: true })))
  })

  it.each(['two words', 'a'.repeat(256), 'é'])('is refused with a key that is none (%#)', async (key) => {
    const inBody = await post({ type: 'a:b', payload: 1, idempotency_key: key })
    expect(inBody.body).toMatchObject({ status: 422, errors: [{ field: 'idempotency_key' }] })
    const inHeader = await post({ type: 'a:b', payload: 1 }, { 'idempotency-key': key })
    expect(inHeader.body).toMatchObject({ status: 422, errors: [{ field: 'Idempotency-Key' }] })
  })

  it('is refused when header and body name different keys', async () => {
    const reply = await post({ type: 'a:b', payload: 1, idempotency_key: 'a' }, { 'idempotency-key': 'b' })
    expect(reply.body).toMatchObject({ status: 422, errors: [{ field: 'idempotency_key' }] })
  })

  it('is accepted with a payload of 256 KiB and refused one byte later', async () => {
    const payload = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`
    const accepted = await post(`{"type":"a:b","payload":${payload(262_144)}}`)
    expect(accepted.status).toBe(202)
    expect(await api.get(`/events/${idOf(accepted)}`)).toMatchObject({ payload_bytes: 262_144 })
    expect((await post(`{"type":"a:b","payload":${payload(262_145)}}`)).status).toBe(413)
  })

  it('shows a payload that is nested very deep as text', async () => {
    const payload = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const reply = await post(`{"type":"a:b","payload":${payload}}`)
    expect(await api.get(`/events/${idOf(reply)}`)).toMatchObject({ payload })
  })
})
