import type { Socket } from 'node:net'
import { setDefaultCACertificates, type TlsOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { selfSigned, TestAuthority } from '../support/certificates.ts'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { type HostileAnswer, hostileAnswers } from '../support/hostile-answers.ts'
import { aRawReceiver, okAnswer } from '../support/sender.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const authority = new TestAuthority('An authority')
const dayMs = 24 * 60 * 60_000

describe('the log of a receiver that is hostile', () => {
  let server: TestServer
  let api: CheckedApi

  beforeAll(async () => {
    setDefaultCACertificates([authority.certificate])
    server = await startTestServer()
    api = await checkedApi(server)
  })

  afterAll(() => server.remove())

  /** What the log says of one request to the URL. */
  async function logged(url: string) {
    const id = await api.createWebhook({ url })
    const { status, body } = await api.call('POST', `/webhooks/${id}/test`, {})
    expect(status).toBe(200)
    return body
  }

  const isAsExpected = ({ status, words }: HostileAnswer) => ({
    status: words === null ? 'delivered' : 'exhausted',
    attempt_count: 1,
    last_status: status,
    last_error: words === null ? null : expect.stringContaining(words),
    attempts: [{ error: words === null ? null : expect.stringContaining(words) }],
  })

  it.each(hostileAnswers.filter(({ isEndless }) => isEndless !== true))('says so: $what', async (hostile) => {
    const receiver = await aRawReceiver({ onRequest: hostile.answer })
    expect(await logged(receiver.url)).toMatchObject(isAsExpected(hostile))
    expect(receiver.requests).toHaveLength(1)
    expect(receiver.connections).toHaveLength(1)
  })

  it('says after 15 s that nothing, or no end, came; others are sent to meanwhile', async () => {
    const endless = hostileAnswers.filter(({ isEndless }) => isEndless === true)
    const waiting = endless.map(async (hostile) => {
      const receiver = await aRawReceiver({ onRequest: hostile.answer })
      expect(await logged(receiver.url)).toMatchObject(isAsExpected(hostile))
      await receiver.until(() => receiver.openConnections === 0)
    })
    const healthy = await aRawReceiver({ onRequest: (socket) => socket.write(okAnswer) })
    for (let nth = 0; nth < 10; nth++)
      expect(await logged(`${healthy.url}/${nth}`)).toMatchObject({ status: 'delivered' })
    await Promise.all(waiting)
  })

  it.each<[string, () => TlsOptions, string]>([
    [
      'expired',
      () => authority.issue({ names: ['127.0.0.1'], validUntil: Date.now() - dayMs }),
      'has expired.',
    ],
    ['self-signed', () => selfSigned({ names: ['127.0.0.1'] }), 'is self-signed.'],
    [
      'for another name',
      () => authority.issue({ names: ['example.com'] }),
      'is for another name than 127.0.0.1.',
    ],
  ])('says that its certificate is %s', async (_what, tls, words) => {
    const receiver = await aRawReceiver({ onRequest: (socket: Socket) => socket.write(okAnswer), tls: tls() })
    const url = receiver.url.replace('http:', 'https:')
    expect(await logged(url)).toMatchObject({ last_status: 0, last_error: expect.stringContaining(words) })
    expect(receiver.requests).toHaveLength(0)
  })

  it('logged no fault of the server', () => {
    expect(server.logged).toEqual([])
  })
})
