import { describe, expect, it } from 'vitest'
import { parseNetwork } from '../../../functions/domain/ip-address.ts'
import { aRawReceiver, aRequest, aSender, loopbackPolicy, okAnswer } from '../../support/sender.ts'

const answering = { onRequest: (socket: { write(text: string): void }) => socket.write(okAnswer) }

const addresses = (...list: string[]) =>
  list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

const failing = (code: string) => Object.assign(new Error(`queryA ${code}`), { code })

describe('a host name', () => {
  it.each([
    ['ENOTFOUND', 'The host name hooks.example.com does not exist.'],
    [
      'EAI_AGAIN',
      'The host name hooks.example.com could not be resolved: the DNS server failed or did not answer.',
    ],
    ['ENODATA', 'The host name hooks.example.com has no address.'],
    ['ESERVFAIL', 'The host name hooks.example.com could not be resolved (ESERVFAIL).'],
    ['ECONNREFUSED', 'The host name hooks.example.com could not be resolved (ECONNREFUSED).'],
  ])('that fails with %s is a failure of the name', async (code, message) => {
    const sender = aSender({ resolve: () => Promise.reject(failing(code)) })
    expect(await sender.send(aRequest('http://hooks.example.com/'))).toEqual({
      kind: 'failure',
      reason: 'dns',
      message,
    })
  })

  it('without an address is a failure of the name', async () => {
    const sender = aSender({ resolve: async () => [] })
    expect(await sender.send(aRequest('http://hooks.example.com/'))).toEqual({
      kind: 'failure',
      reason: 'dns',
      message: 'The host name hooks.example.com has no address.',
    })
  })

  it('that is not resolved in time is given up, and an answer that comes later opens no connection', async () => {
    const receiver = await aRawReceiver()
    const late = Promise.withResolvers<{ address: string; family: number }[]>()
    const sender = aSender({ deadlineMs: 50, resolve: () => late.promise })
    expect(await sender.send(aRequest(`http://hooks.example.com:${receiver.port}/`))).toEqual({
      kind: 'failure',
      reason: 'timeout',
      message: 'The host name hooks.example.com was not resolved within 0.05 s.',
    })
    late.resolve(addresses('127.0.0.1'))
    await new Promise((resolve) => setImmediate(resolve))
    // A connection of our own comes after any that was begun before it.
    await aSender({ deadlineMs: 50 }).send(aRequest(receiver.url))
    expect(receiver.connections).toHaveLength(1)
  })

  it.each([
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['0.0.0.0'],
    ['::1'],
    ['::ffff:10.0.0.1'],
    ['64:ff9b::a00:1'],
    ['fe80::1%lo'],
    ['no address'],
    ['127.0.0.1', '10.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1', '::'],
  ])('that leads to %s %s %s is denied, and no connection is opened', async (...answers) => {
    const receiver = await aRawReceiver(answering)
    const sender = aSender({ resolve: async () => addresses(...answers) })
    const outcome = await sender.send(aRequest(`http://hooks.example.com:${receiver.port}/`))
    expect(outcome).toMatchObject({ kind: 'failure', reason: 'denied' })
    expect(outcome).toMatchObject({
      message: expect.stringMatching(
        /^Not sent: hooks\.example\.com resolves to .+ An operator can allow a network/,
      ),
    })
    expect(receiver.connections).toHaveLength(0)
  })

  it('that leads elsewhere at the next connection is judged anew', async () => {
    const receiver = await aRawReceiver({
      onRequest: (socket) => socket.end('HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n'),
    })
    const answers = ['127.0.0.1', '10.0.0.1', '127.0.0.1']
    const sender = aSender({ resolve: async () => addresses(answers.shift() ?? '') })
    const url = `http://hooks.example.com:${receiver.port}/`
    expect(await sender.send(aRequest(url))).toMatchObject({ response: { status: 503 } })
    expect(await sender.send(aRequest(url))).toMatchObject({ reason: 'denied' })
    expect(receiver.connections).toHaveLength(1)
    expect(await sender.send(aRequest(url))).toMatchObject({ response: { status: 503 } })
  })

  it('with several addresses is reached by the first that answers', async () => {
    const receiver = await aRawReceiver(answering)
    const sender = aSender({ resolve: async () => addresses('127.0.0.2', '127.0.0.3', '127.0.0.1') })
    const url = `http://hooks.example.com:${receiver.port}/`
    expect(await sender.send(aRequest(url))).toMatchObject({ response: { status: 200 } })
  })

  it('whose addresses all refuse is a failed connection', async () => {
    const receiver = await aRawReceiver(answering)
    const sender = aSender({ resolve: async () => addresses('127.0.0.2', '127.0.0.3') })
    expect(await sender.send(aRequest(`http://hooks.example.com:${receiver.port}/`))).toEqual({
      kind: 'failure',
      reason: 'connection',
      message: 'hooks.example.com refused the connection: nothing listens on that port.',
    })
  })

  it('is resolved by the system when no resolver is given', async () => {
    const receiver = await aRawReceiver(answering)
    const allowedNetworks = [...loopbackPolicy.allowedNetworks, parseNetwork('::1/128')]
    const sender = aSender({ policy: { ...loopbackPolicy, allowedNetworks }, resolve: undefined })
    expect(await sender.send(aRequest(`http://localhost:${receiver.port}/`))).toMatchObject({
      response: { status: 200 },
    })
  })

  it('is asked for once by those who ask at the same time, and again later', async () => {
    const receiver = await aRawReceiver({
      onRequest: (socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'),
    })
    const asked: string[] = []
    const sender = aSender({
      resolve: async (host) => {
        asked.push(host)
        return addresses('127.0.0.1')
      },
    })
    const send = (host: string) => sender.send(aRequest(`http://${host}:${receiver.port}/`))
    await Promise.all([send('a.example.com'), send('a.example.com'), send('b.example.com')])
    expect(asked).toEqual(['a.example.com', 'b.example.com'])
    await send('a.example.com')
    expect(asked).toEqual(['a.example.com', 'b.example.com', 'a.example.com'])
  })
})

describe('an address', () => {
  it.each(['http://127.0.0.1', 'http://[::ffff:7f00:1]'])('may stand for the name: %s', async (origin) => {
    const receiver = await aRawReceiver(answering)
    expect(await aSender().send(aRequest(`${origin}:${receiver.port}/`))).toMatchObject({
      response: { status: 200 },
    })
  })
})
