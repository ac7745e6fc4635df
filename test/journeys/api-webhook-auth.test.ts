import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badFieldsOf, type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const password = 'pässword: with a colon'
const token = 'a-token.of_the~receiver/1+2=='
const basic = { type: 'basic', username: 'sourcegraph', password }
const bearer = { type: 'bearer', token }
const basicHeader = `Basic ${Buffer.from(`sourcegraph:${password}`).toString('base64')}`

describe('credentials for a receiver', () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer()
    // Answers with what it was sent, decoded too, as a receiver does that is there to try things with.
    receiver = await startTestReceiver(({ headers }, response) => {
      const { authorization = '' } = headers
      response.end(`${authorization} ${Buffer.from(authorization.slice(6), 'base64').toString()}`)
    })
    api = await checkedApi(server)
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  const create = async (more: object) =>
    `/webhooks/${await api.createWebhook({ url: receiver.url, ...more })}`

  /** The `Authorization` of a request that is sent now. */
  async function sentTo(path: string): Promise<string | undefined> {
    const count = receiver.requests.length + 1
    expect((await api.call('POST', `${path}/test`, {})).status).toBe(200)
    return (await receiver.arrived(count)).at(-1)?.headers.authorization
  }

  it.each([
    ['basic', basic, { type: 'basic', username: 'sourcegraph' }, basicHeader],
    ['bearer', bearer, { type: 'bearer' }, `Bearer ${token}`],
  ])('of the kind %s are sent, and shown without what is secret', async (_kind, auth, shown, header) => {
    const path = await create({ auth })
    expect(await api.get(path)).toMatchObject({ auth: shown, header_names: [] })
    expect(await sentTo(path)).toBe(header)
  })

  it('are changed and removed alone, and leave other headers as they are', async () => {
    const path = await create({ auth: basic, headers: { 'X-Team': 'webhooks' } })
    await api.call('PATCH', path, { description: 'the same' })
    expect(await sentTo(path)).toBe(basicHeader)
    await api.call('PATCH', path, { auth: bearer })
    expect(await sentTo(path)).toBe(`Bearer ${token}`)
    expect((await api.call('PATCH', path, { auth: null })).body).toMatchObject({
      auth: null,
      header_names: ['X-Team'],
    })
    expect(await sentTo(path)).toBeUndefined()
  })

  it('take the place of a header of that name, and give it up to one', async () => {
    const path = await create({ headers: { authorization: 'Token one' } })
    expect((await api.call('PATCH', path, { auth: bearer })).body).toMatchObject({ header_names: [] })
    expect(await sentTo(path)).toBe(`Bearer ${token}`)
    const changed = await api.call('PATCH', path, { headers: { authorization: 'Token two' } })
    expect(changed.body).toMatchObject({ auth: null, header_names: ['authorization'] })
    expect(await sentTo(path)).toBe('Token two')
    // There are none to remove, and a header is no business of theirs.
    await api.call('PATCH', path, { auth: null })
    expect(await sentTo(path)).toBe('Token two')
  })

  it('come beside twenty headers, and are no header more', async () => {
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, nth) => [`X-${nth}`, 'a']))
    const path = await create({ headers, auth: bearer })
    expect((await api.call('PATCH', path, { auth: basic })).status).toBe(200)
    expect(badFieldsOf(await api.call('PATCH', path, { headers: { 'X-20': 'a' } }))).toEqual(['headers'])
  })

  it.each([
    ['auth', { auth: bearer, headers: { AUTHORIZATION: 'Token one' } }],
    ['auth.type', { auth: { type: 'digest' } }],
    ['auth.username', { auth: { ...basic, username: 'a:b' } }],
    ['auth.username', { auth: { ...basic, username: '' } }],
    ['auth.password', { auth: { ...basic, password: 'a\nb' } }],
    ['auth.token', { auth: { ...bearer, token: 'two words' } }],
    ['auth.token', { auth: { ...bearer, token: '' } }],
    ['auth.realm', { auth: { ...basic, realm: 'a' } }],
  ])('that break a rule are refused, naming %s (%#)', async (field, broken) => {
    const path = await create({})
    const body = { url: receiver.url, event_types: ['a:b'], ...broken }
    expect(badFieldsOf(await api.call('POST', '/webhooks', body))).toEqual([field])
    expect(badFieldsOf(await api.call('PATCH', path, broken))).toEqual([field])
  })

  it('are in no answer', () => {
    const answers = api.answers.join('\n')
    for (const secret of [password, token, basicHeader.slice(6)])
      for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) expect(answers).not.toContain(form)
  })
})
