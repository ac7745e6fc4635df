import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTarget } from '../../functions/adapters/http/target.ts'
import type { UrlPolicy } from '../../functions/domain/webhook-url.ts'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { aRequest, aSender } from '../support/sender.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { accepted, denied, refused } from '../support/url-corpus.ts'

const policy: UrlPolicy = { allowedNetworks: [], allowHttp: false, allowedPorts: [443, 8443] }

/** A sender under that policy, for which a name leads to no address, and is noted. */
function aStrictSender() {
  const asked: string[] = []
  const resolve = async (host: string) => {
    asked.push(host)
    return []
  }
  return { sender: aSender({ policy, resolve }), asked }
}

describe('the URL of a webhook', () => {
  let server: TestServer
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer({ args: [] })
    api = await checkedApi(server)
  })

  afterAll(() => server.remove())

  // A text without UTF-8 never comes as far: its request is malformed.
  const sendable = [...denied, ...refused].filter(([url]) => url.isWellFormed())

  it.each(sendable)('%j is refused on create and not sent to: %s', async (url, words) => {
    const { status, body } = await api.call('POST', '/webhooks', { url, event_types: ['a:b'] })
    expect(status).toBe(422)
    expect(body).toMatchObject({ errors: [{ field: 'url', detail: expect.stringContaining(words) }] })
    const { sender, asked } = aStrictSender()
    expect(await sender.send(aRequest(url))).toMatchObject({
      kind: 'failure',
      reason: 'denied',
      message: expect.stringContaining(words),
    })
    expect(asked).toEqual([])
  })

  it.each(accepted)('%j is accepted, and leads to %s', async (url, host) => {
    const { status, body } = await api.call('POST', '/webhooks', { url, event_types: ['a:b'] })
    expect(status).toBe(201)
    expect(body).toMatchObject({ url })
    const target = readTarget(url, policy)
    expect(target).toMatchObject({ host: host.replace(/^\[|\]$/g, ''), secure: true })
  })

  it('that is accepted and has a name is sent to only as far as the name leads', async () => {
    const { sender, asked } = aStrictSender()
    const named = accepted.filter(([, host]) => /[a-z]\.?$/.test(host))
    for (const [url] of named) expect(await sender.send(aRequest(url))).toMatchObject({ reason: 'dns' })
    expect(asked).toEqual(named.map(([, host]) => host))
  })
})
