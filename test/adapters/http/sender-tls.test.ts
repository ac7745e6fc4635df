import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { setDefaultCACertificates, type TlsOptions } from 'node:tls'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { selfSigned, TestAuthority } from '../../support/certificates.ts'
import { portOf } from '../../support/receiver.ts'
import { aRawReceiver, aRequest, aSender, okAnswer } from '../../support/sender.ts'

const authority = new TestAuthority('An authority')
const stranger = new TestAuthority('Another authority')
const name = 'hooks.example.com'
const hourMs = 60 * 60_000
const onRequest = (socket: Socket) => socket.write(okAnswer)

beforeAll(() => setDefaultCACertificates([authority.certificate]))

/** What comes of a request to a receiver that speaks TLS with these options, and how many requests reached it. */
async function outcomeOf(tls: TlsOptions, host = name) {
  const receiver = await aRawReceiver({ onRequest, tls })
  const outcome = await aSender().send(aRequest(`https://${host}:${receiver.port}/`))
  await receiver.until(() => outcome.kind === 'response' || receiver.openConnections === 0)
  return { outcome, requests: receiver.requests.length }
}

describe('a TLS receiver', () => {
  it.each([
    ['the name', [name], name],
    ['the name, which the URL ends with a dot', [name], `${name}.`],
    ['a wildcard', ['*.example.com'], name],
    ['its address', ['127.0.0.1'], '127.0.0.1'],
  ])('with a certificate for %s is sent to', async (_what, names, host) => {
    const { outcome, requests } = await outcomeOf(authority.issue({ names }), host)
    expect(outcome).toMatchObject({ kind: 'response', response: { status: 200 } })
    expect(requests).toBe(1)
  })

  it.each<[string, () => TlsOptions, string]>([
    [
      'an expired certificate',
      () => authority.issue({ names: [name], validUntil: Date.now() - hourMs }),
      'The TLS certificate of hooks.example.com has expired.',
    ],
    [
      'a certificate of tomorrow',
      () => authority.issue({ names: [name], validFrom: Date.now() + hourMs }),
      'The TLS certificate of hooks.example.com is not valid yet.',
    ],
    [
      'a certificate for another name',
      () => authority.issue({ names: ['example.com', 'www.example.com'] }),
      'The TLS certificate is for another name than hooks.example.com.',
    ],
    [
      'a certificate for no name',
      () => authority.issue(),
      'The TLS certificate is for another name than hooks.example.com.',
    ],
    [
      'a self-signed certificate',
      () => selfSigned({ names: [name] }),
      'The TLS certificate of hooks.example.com is self-signed.',
    ],
    [
      'a certificate of an unknown authority',
      () => stranger.issue({ names: [name] }),
      'The TLS certificate of hooks.example.com cannot be verified: its authority is not trusted, or an intermediate certificate is missing.',
    ],
    [
      'a certificate of an unknown authority that it sends along',
      () => {
        const { cert, key } = stranger.issue({ names: [name] })
        return { cert: cert + stranger.certificate, key }
      },
      'The TLS certificate of hooks.example.com comes from an authority that is not trusted.',
    ],
    [
      'TLS 1.1 only',
      () => ({
        ...authority.issue({ names: [name] }),
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      }),
      'hooks.example.com does not speak TLS 1.2 or newer.',
    ],
    [
      'HTTP/2 only',
      () => ({ ...authority.issue({ names: [name] }), ALPNProtocols: ['h2'] }),
      'hooks.example.com does not speak HTTP/1.1 over TLS.',
    ],
    [
      'no cipher that we have',
      () => ({
        ...authority.issue({ names: [name] }),
        maxVersion: 'TLSv1.2',
        ciphers: 'ECDHE-RSA-AES128-GCM-SHA256',
      }),
      'hooks.example.com broke off the TLS handshake: it shares no cipher with us, or wants a client certificate.',
    ],
    [
      'a wish for a client certificate',
      () => ({ ...authority.issue({ names: [name] }), requestCert: true, rejectUnauthorized: true }),
      'hooks.example.com wants a client certificate, and this service has none.',
    ],
  ])('with %s is not sent to, and the failure says why', async (_what, tls, message) => {
    const { outcome, requests } = await outcomeOf(tls())
    expect(outcome).toEqual({ kind: 'failure', reason: 'tls', message })
    expect(requests).toBe(0)
  })

  it('with a self-signed certificate is not sent to where the environment would allow it', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { outcome, requests } = await outcomeOf(selfSigned({ names: [name] }))
    expect(outcome).toMatchObject({ kind: 'failure', reason: 'tls' })
    expect(requests).toBe(0)
  })

  it('is told the name without the dot at its end', async () => {
    const names: string[] = []
    const SNICallback: TlsOptions['SNICallback'] = (asked, done) => {
      names.push(asked)
      done(null)
    }
    await outcomeOf({ ...authority.issue({ names: [name] }), SNICallback }, `${name}.`)
    expect(names).toEqual([name])
  })

  it('with a certificate for another address is not sent to', async () => {
    const { outcome, requests } = await outcomeOf(authority.issue({ names: ['127.0.0.2'] }), '127.0.0.1')
    expect(outcome).toMatchObject({
      reason: 'tls',
      message: 'The TLS certificate is for another name than 127.0.0.1.',
    })
    expect(requests).toBe(0)
  })

  it('that never answers the handshake is given up at the deadline', async () => {
    const receiver = await aRawReceiver({
      onConnection: (socket) => {
        socket.resume()
        return false
      },
    })
    const sender = aSender({ deadlineMs: 200 })
    expect(await sender.send(aRequest(`https://${name}:${receiver.port}/`))).toEqual({
      kind: 'failure',
      reason: 'timeout',
      message: 'hooks.example.com did not finish the TLS handshake within 0.2 s.',
    })
    await receiver.until(() => receiver.openConnections === 0)
  })

  it.each<[string, (socket: Socket) => unknown]>([
    ['ends', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ])('that %s the connection instead of shaking hands fails', async (_what, act) => {
    const receiver = await aRawReceiver({
      onConnection: (socket) => {
        socket.once('data', () => act(socket))
        return false
      },
    })
    expect(await aSender().send(aRequest(`https://${name}:${receiver.port}/`))).toEqual({
      kind: 'failure',
      reason: 'tls',
      message: 'hooks.example.com closed the connection during the TLS handshake.',
    })
  })

  it('is not taken for one where plain HTTP is spoken', async () => {
    const server: Server = createServer((_request, response) => response.end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
    })
    expect(await aSender().send(aRequest(`https://${name}:${portOf(server.address())}/`))).toEqual({
      kind: 'failure',
      reason: 'tls',
      message:
        'hooks.example.com does not speak TLS on that port. The URL of a receiver without TLS begins with http://.',
    })
  })

  it('asked over plain HTTP fails', async () => {
    const receiver = await aRawReceiver({ onRequest, tls: authority.issue({ names: [name] }) })
    expect(await aSender().send(aRequest(`http://${name}:${receiver.port}/`))).toMatchObject({
      kind: 'failure',
      message: expect.stringMatching(/not valid HTTP|closed the connection/),
    })
  })

  it('keeps its connection for the next requests', async () => {
    const receiver = await aRawReceiver({ onRequest, tls: authority.issue({ names: [name] }) })
    const sender = aSender()
    for (let count = 0; count < 10; count++)
      expect(await sender.send(aRequest(`https://${name}:${receiver.port}/${count}`))).toMatchObject({
        response: { status: 200 },
      })
    expect(receiver.connections).toHaveLength(1)
    expect(receiver.requests).toHaveLength(10)
  })

  it('is not reached over the connection of another name at the same address', async () => {
    const receiver = await aRawReceiver({ onRequest, tls: authority.issue({ names: [name] }) })
    const sender = aSender()
    await sender.send(aRequest(`https://${name}:${receiver.port}/`))
    expect(await sender.send(aRequest(`https://other.example.com:${receiver.port}/`))).toMatchObject({
      reason: 'tls',
    })
    expect(receiver.requests).toHaveLength(1)
  })

  it('whose body ends without a goodbye has answered all the same', async () => {
    const receiver = await aRawReceiver({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroy())
      },
      tls: authority.issue({ names: [name] }),
    })
    expect(await aSender().send(aRequest(`https://${name}:${receiver.port}/`))).toMatchObject({
      response: { status: 200, truncated: true },
    })
  })
})
