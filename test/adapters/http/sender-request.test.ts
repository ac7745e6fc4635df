import { describe, expect, it } from 'vitest'
import { aRawReceiver, aRequest, aSender, okAnswer } from '../../support/sender.ts'

const answering = { onRequest: (socket: { write(text: string): void }) => socket.write(okAnswer) }

describe('the request that HttpSender makes', () => {
  it('is a POST of the path as it stands, with these headers and no others', async () => {
    const receiver = await aRawReceiver(answering)
    const url = `${receiver.url}/a/../b//c/%7Eme?q=%2B&r=a'b|c`
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': 'Sourcegraph-Outgoing-Webhooks/1.2.3',
      'X-Sourcegraph-Webhook-Event-Type': 'batch_change:apply',
      'webhook-id': 'evt_1',
      'X-mY-oWN': 'a: b; "c"',
      'X-Empty': '',
    }
    await aSender().send(aRequest(url, { headers }))
    expect(receiver.requests[0]?.head.split('\r\n')).toEqual([
      "POST /a/../b//c/%7Eme?q=%2B&r=a'b|c HTTP/1.1",
      `Host: 127.0.0.1:${receiver.port}`,
      'Content-Type: application/json; charset=utf-8',
      'User-Agent: Sourcegraph-Outgoing-Webhooks/1.2.3',
      'X-Sourcegraph-Webhook-Event-Type: batch_change:apply',
      'webhook-id: evt_1',
      'X-mY-oWN: a: b; "c"',
      'X-Empty: ',
      'Content-Length: 14',
      'Connection: keep-alive',
    ])
  })

  it.each([
    [0, Buffer.alloc(0)],
    [5, Buffer.from([0, 255, 13, 10, 200])],
    [300_000, Buffer.alloc(300_000, 'x')],
  ])('carries a body of %i bytes as it is, with its length', async (length, body) => {
    const receiver = await aRawReceiver(answering)
    await aSender().send(aRequest(receiver.url, { body }))
    const [request] = receiver.requests
    expect(request?.head).toContain(`\r\nContent-Length: ${length}\r\n`)
    expect(request?.body.equals(body)).toBe(true)
  })

  it('names the host as the URL does, also where the port is the usual one', async () => {
    const receiver = await aRawReceiver(answering)
    await aSender().send(aRequest(`http://Hooks.example.com.:${receiver.port}?a=b`))
    expect(receiver.requests[0]?.head).toMatch(/^POST \/\?a=b HTTP\/1\.1\r\n/)
    expect(receiver.requests[0]?.head).toContain(`\r\nHost: hooks.example.com.:${receiver.port}\r\n`)
  })

  it('takes no header that would change its framing or its target', async () => {
    const receiver = await aRawReceiver(answering)
    const headers = {
      host: 'elsewhere.example.com',
      'CONTENT-LENGTH': '2',
      'Transfer-Encoding': 'chunked',
      connection: 'X-Kept, close',
      Expect: '100-continue',
      Upgrade: 'websocket',
      TE: 'trailers',
      Trailer: 'X-Kept',
      'Keep-Alive': 'timeout=100',
      'X-Kept': 'yes',
    }
    await aSender().send(aRequest(`${receiver.url}/`, { headers }))
    expect(receiver.requests[0]?.head.split('\r\n')).toEqual([
      'POST / HTTP/1.1',
      `Host: 127.0.0.1:${receiver.port}`,
      'X-Kept: yes',
      'Content-Length: 14',
      'Connection: keep-alive',
    ])
    expect(String(receiver.requests[0]?.body)).toBe('"test payload"')
  })

  it.each([
    ['a line break', { 'X-Own': 'a\r\nX-Evil: b' }],
    ['a character above Latin-1', { 'X-Own': '€' }],
    ['a name with a space', { 'X Own': 'a' }],
  ])('is not made with %s in a header, and that is an outcome', async (_what, headers) => {
    const receiver = await aRawReceiver(answering)
    const sender = aSender({ maxConnectionsPerOrigin: 1 })
    expect(await sender.send(aRequest(receiver.url, { headers }))).toMatchObject({ kind: 'failure' })
    expect(receiver.connections).toHaveLength(0)
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ kind: 'response' })
  })

  it.each([
    ['http://10.0.0.1/', /10\.0\.0\.0\/8/],
    ['http://[::ffff:10.0.0.1]/', /./],
    ['http://[::1]/', /::1/],
    ['http://user:pass@127.0.0.1/', /user name/],
    ['ftp://127.0.0.1/', /Write a full URL/],
    ['no URL', /space/],
  ])('is not made to %s', async (url, words) => {
    const outcome = await aSender().send(aRequest(url))
    expect(outcome).toMatchObject({ kind: 'failure', reason: 'denied' })
    expect(outcome).toMatchObject({ message: expect.stringMatching(words) })
  })
})
