import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describe('a change to a webhook', () => {
  let server: TestServer
  let api: CheckedApi
  let path: string

  beforeAll(async () => {
    server = await startTestServer()
    api = await checkedApi(server)
  })

  afterAll(() => server.remove())

  beforeEach(async () => {
    const id = await api.createWebhook({
      url: 'http://127.0.0.1:9/',
      headers: { 'X-Kept': 'a', 'X-Set': 'b', 'X-Gone': 'c' },
      retry_schedule: ['0s', '5m'],
      rate_limit: 5,
    })
    path = `/webhooks/${id}`
  })

  const etag = async () => String((await api.call('GET', path)).headers.get('etag'))

  it('is made when If-Match names the version that it has', async () => {
    const reply = await api.call('PATCH', path, { description: 'new' }, { 'if-match': await etag() })
    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({ description: 'new' })
    expect(reply.headers.get('etag')).toBe(await etag())
    expect(reply.headers.get('etag')).not.toBe('"1"')
  })

  it('is refused with 412, and nothing changed, when If-Match names an older version', async () => {
    const stale = await etag()
    await api.call('PATCH', path, { description: 'of someone else' })
    const before = await api.get(path)
    const reply = await api.call('PATCH', path, { description: 'mine' }, { 'if-match': stale })
    expect(reply.status).toBe(412)
    expect(reply.body).toMatchObject({ code: 'version_mismatch' })
    expect((await api.call('DELETE', path, undefined, { 'if-match': stale })).status).toBe(412)
    expect(await api.get(path)).toEqual(before)
  })

  it('wins once when several are made at the same version', async () => {
    const headers = { 'if-match': await etag() }
    const replies = await Promise.all(
      ['a', 'b', 'c', 'd'].map((description) => api.call('PATCH', path, { description }, headers)),
    )
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412])
    const winner = replies.find(({ status }) => status === 200)
    expect(await api.get(path)).toEqual(winner?.body)
  })

  it.each([undefined, '*'])('is made on whatever is there with If-Match: %s', async (ifMatch) => {
    await api.call('PATCH', path, { description: 'first' })
    const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch }
    expect((await api.call('PATCH', path, { description: 'last' }, headers)).status).toBe(200)
    expect(await api.get(path)).toMatchObject({ description: 'last' })
  })

  it('is refused with 422 when If-Match is no ETag of this service', async () => {
    const reply = await api.call('PATCH', path, {}, { 'if-match': 'abc' })
    expect(reply.status).toBe(422)
    expect(reply.body).toMatchObject({ errors: [{ field: 'If-Match' }] })
  })

  it('merges headers by name, whatever the case: a value sets, null removes', async () => {
    const headers = { 'x-set': 'new', 'X-GONE': null, 'X-Added': 'd', 'X-Never-There': null }
    const { body } = await api.call('PATCH', path, { headers })
    expect(body).toMatchObject({ header_names: ['X-Kept', 'x-set', 'X-Added'] })
  })

  it('is refused when it would make more than 20 headers', async () => {
    const headers = Object.fromEntries(Array.from({ length: 18 }, (_, index) => [`X-${index}`, 'a']))
    const reply = await api.call('PATCH', path, { headers })
    expect(reply.status).toBe(422)
    expect(reply.body).toMatchObject({ errors: [{ field: 'headers' }] })
    expect(await api.get(path)).toMatchObject({ header_names: ['X-Kept', 'X-Set', 'X-Gone'] })
  })

  it('goes back to the own schedule of the deployment, and to no limit, with null', async () => {
    const { body } = await api.call('PATCH', path, { retry_schedule: null, rate_limit: null })
    expect(body).toMatchObject({ retry_schedule: null, rate_limit: null })
  })

  it('leaves what it does not name', async () => {
    const { updated_at: _, ...before } = await api.get(path)
    const { body } = await api.call('PATCH', path, {})
    expect(body).toMatchObject(before)
  })

  it('turns it off and on again', async () => {
    const off = await api.call('PATCH', path, { enabled: false })
    expect(off.body).toMatchObject({ enabled: false, disabled_reason: null })
    const on = await api.call('PATCH', path, { enabled: true })
    expect(on.body).toMatchObject({ enabled: true, disabled_reason: null, disabled_at: null })
  })
})
