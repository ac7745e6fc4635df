import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type CheckedApi, checkedApi, textOf } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { signedBy } from '../support/signed-by.ts'
import { until } from '../support/until.ts'

const day = 86_400_000
const Shown = z.looseObject({ secret: z.string(), previous_secret_expires_at: z.string() })

describe('a rotation of a secret', () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi
  let path: string

  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver()
    api = await checkedApi(server)
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  beforeEach(async () => {
    path = `/webhooks/${await api.createWebhook({ url: receiver.url, secret: 'the first secret' })}`
  })

  const rotate = (body?: unknown, headers?: Record<string, string>) =>
    api.call('POST', `${path}/rotate-secret`, body, headers)

  /** Has a request sent; tells which secrets signed it. */
  async function signersOf(secrets: readonly string[]) {
    const count = receiver.requests.length + 1
    await api.call('POST', `${path}/test`, {})
    const request = (await receiver.arrived(count)).at(-1)
    if (request === undefined) throw new Error('Nothing arrived.')
    return signedBy(request, secrets)
  }

  it('makes a secret, shows it, and lets the old one end after 24 hours, unless told otherwise', async () => {
    const before = Date.now()
    const { status, body, headers } = await rotate()
    expect(status).toBe(200)
    const { secret, previous_secret_expires_at: endsAt, ...shown } = Shown.parse(body)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const endsInMs = Date.parse(String(endsAt)) - before
    expect(endsInMs).toBeGreaterThanOrEqual(day)
    expect(endsInMs).toBeLessThan(day + 60_000)
    expect(await api.get(path)).toMatchObject({
      ...shown,
      stats: { total: 0 },
      previous_secret_expires_at: endsAt,
    })
    expect(headers.get('etag')).toBe('"2"')
  })

  it('has both secrets sign, the old one alone where there is room for one', async () => {
    const secret = textOf(await rotate({ overlap: '1h' }), 'secret')
    expect(await signersOf(['the first secret', secret])).toEqual({
      standard: [secret, 'the first secret'],
      sourcegraph: 'the first secret',
    })
  })

  it.each(['0s', '0h', '0ms'])('ends the old secret at once with an overlap of %s', async (overlap) => {
    const reply = await rotate({ secret: 'the second secret', overlap })
    expect(reply.body).toMatchObject({ secret: 'the second secret', previous_secret_expires_at: null })
    expect(await signersOf(['the first secret', 'the second secret'])).toEqual({
      standard: ['the second secret'],
      sourcegraph: 'the second secret',
    })
  })

  it('ends the old secret by itself when its time is over', async () => {
    await rotate({ secret: 'the second secret', overlap: '50ms' })
    await until(async () => (await api.get(path)).previous_secret_expires_at === null)
    expect(await api.list('/webhooks')).toContainEqual(
      expect.objectContaining({ id: path.split('/').at(-1), previous_secret_expires_at: null }),
    )
    expect(await signersOf(['the first secret', 'the second secret'])).toEqual({
      standard: ['the second secret'],
      sourcegraph: 'the second secret',
    })
  })

  it('ends the oldest at once when it comes during an overlap', async () => {
    const secrets = ['the first secret', 'the second secret', 'the third secret']
    await rotate({ secret: secrets[1], overlap: '7d' })
    await rotate({ secret: secrets[2], overlap: '7d' })
    expect(await signersOf(secrets)).toEqual({
      standard: ['the third secret', 'the second secret'],
      sourcegraph: 'the second secret',
    })
    await rotate({ secret: secrets[2], overlap: '0s' })
    expect(await signersOf(secrets)).toMatchObject({ standard: ['the third secret'] })
  })

  it('shows the new secret in no answer but its own', async () => {
    const before = api.answers.length
    const secret = 'rotated-in-and-shown-once'
    await rotate({ secret })
    await signersOf([])
    await api.call('PATCH', path, { description: 'changed' })
    await api.list('/webhooks')
    const [delivery] = await api.list(`${path}/deliveries`)
    await api.get(`/deliveries/${delivery?.id}`)
    await rotate()
    expect(api.answers.slice(before).filter((answer) => answer.includes(secret))).toHaveLength(1)
  })

  it('is made when If-Match names the version that there is, and refused otherwise', async () => {
    const headers = { 'if-match': '"1"' }
    expect((await rotate({}, headers)).status).toBe(200)
    const before = await api.get(path)
    const again = await rotate({}, headers)
    expect(again.status).toBe(412)
    expect(again.body).toMatchObject({ code: 'version_mismatch' })
    expect(await api.get(path)).toEqual(before)
    expect((await rotate({}, { 'if-match': 'abc' })).body).toMatchObject({ errors: [{ field: 'If-Match' }] })
    expect((await rotate({}, { 'if-match': '*' })).status).toBe(200)
  })

  it.each<[string, unknown]>([
    ['overlap', { overlap: '169h' }],
    ['overlap', { overlap: '7.001d' }],
    ['overlap', { overlap: '-1h' }],
    ['overlap', { overlap: 'soon' }],
    ['overlap', { overlap: '' }],
    ['overlap', { overlap: 3600 }],
    ['overlap', { overlap: null }],
    ['secret', { secret: 'x'.repeat(257) }],
    ['secret', { secret: 'whsec_not base64' }],
    ['secret', { secret: 7 }],
    ['url', { url: 'https://ci.example.com/' }],
  ])('is refused, naming %s, and changes nothing, with %j', async (field, body) => {
    const before = await api.get(path)
    const reply = await rotate(body)
    expect(reply.status).toBe(422)
    expect(reply.body).toMatchObject({ errors: [{ field, detail: expect.stringMatching(/\.$/) }] })
    expect(await api.get(path)).toEqual(before)
  })

  it.each(['168h', '7d', '604800s'])('takes the longest overlap as %s', async (overlap) => {
    expect((await rotate({ overlap })).status).toBe(200)
  })

  it('is 404 for a webhook that is gone', async () => {
    await api.call('DELETE', path)
    expect((await rotate({})).status).toBe(404)
  })
})
