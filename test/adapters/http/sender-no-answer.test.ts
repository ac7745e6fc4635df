import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { aRawReceiver, aRequest, aSender, exchange, okAnswer, writeWithoutEnd } from '../../support/sender.ts'

describe('what is no answer', () => {
  const head200 = 'HTTP/1.1 200 OK\r\n'

  it.each<[string, string, string]>([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 'not valid HTTP'],
    ['an HTTP/2 frame', '\0\0\0\x04\0\0\0\0\0', 'not valid HTTP'],
    ['HTTP/0.9', '<html>hello</html>', 'not valid HTTP'],
    [
      'both ways of framing',
      `${head200}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      'not valid HTTP',
    ],
    ['two lengths', `${head200}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`, 'not valid HTTP'],
    ['a length that is no number', `${head200}Content-Length: +2\r\n\r\nok`, 'not valid HTTP'],
    ['a header without a name', `${head200}: a\r\n\r\n`, 'not valid HTTP'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'not valid HTTP'],
    ['status 999', 'HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n', 'the status 999'],
    ['status 600', 'HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n', 'the status 600'],
    ['status 000', 'HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n', 'the status 0'],
    ['status 099', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n', 'the status 99'],
    [
      '101 with an upgrade',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n',
      '101',
    ],
    ['101 without one', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', '101'],
    ['101 before 200', `HTTP/1.1 101 Switching Protocols\r\n\r\n${okAnswer}`, '101'],
    [
      'interim answers and 200',
      `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(6)}${okAnswer}`,
      'interim answers',
    ],
    ['64 KiB of headers', `${head200}${'X-A: b\r\n'.repeat(8_192)}\r\n`, 'more than 16 KiB of headers'],
    ['one header of 64 KiB', `${head200}X-A: ${'b'.repeat(65_536)}\r\n\r\n`, 'more than 16 KiB of headers'],
    ['a reason of 64 KiB', `HTTP/1.1 200 ${'b'.repeat(65_536)}\r\n\r\n`, 'more than 16 KiB of headers'],
  ])('is %s, and its connection is closed', async (_what, text, words) => {
    const { receiver, outcome } = await exchange((socket) => socket.write(text))
    expect(outcome).toMatchObject({ kind: 'failure', reason: 'protocol' })
    expect(outcome).toMatchObject({ message: expect.stringContaining(words) })
    await receiver.until(() => receiver.openConnections === 0)
    expect(receiver.requests).toHaveLength(1)
  })

  it.each([
    ['interim answers without end', 'HTTP/1.1 102 Processing\r\nX-A: b\r\n\r\n'],
    ['headers without end', 'X-A: b\r\n'],
    ['empty lines without end', '\r\n'],
  ])('is %s', async (_what, piece) => {
    const { receiver, outcome } = await exchange((socket) => {
      if (piece.startsWith('X-')) socket.write(head200)
      writeWithoutEnd(socket, piece.repeat(1_000))
    })
    expect(outcome).toMatchObject({ kind: 'failure', reason: 'protocol' })
    await receiver.until(() => receiver.openConnections === 0)
  })

  it.each([
    ['an end of the connection', (socket: Socket) => socket.end()],
    ['a reset', (socket: Socket) => socket.resetAndDestroy()],
    ['half a head', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
    ['an interim answer only', (socket: Socket) => socket.end('HTTP/1.1 100 Continue\r\n\r\n')],
  ])('is %s', async (_what, answer) => {
    const { receiver, outcome } = await exchange(answer)
    expect(outcome).toEqual({
      kind: 'failure',
      reason: 'connection',
      message: '127.0.0.1 closed the connection before it answered.',
    })
    expect(receiver.requests).toHaveLength(1)
  })

  it('is a port where nothing listens', async () => {
    const receiver = await aRawReceiver()
    const { url } = receiver
    await receiver.close()
    expect(await aSender().send(aRequest(url))).toEqual({
      kind: 'failure',
      reason: 'connection',
      message: '127.0.0.1 refused the connection: nothing listens on that port.',
    })
  })

  it('is a receiver that closes while a large request is on its way', async () => {
    const receiver = await aRawReceiver({
      onConnection: (socket) => {
        socket.once('data', () => socket.resetAndDestroy())
        return false
      },
    })
    const body = Buffer.alloc(16 * 1024 * 1024)
    expect(await aSender().send(aRequest(receiver.url, { body }))).toMatchObject({
      kind: 'failure',
      reason: 'connection',
      message: expect.stringMatching(/closed the connection/),
    })
  })
})
