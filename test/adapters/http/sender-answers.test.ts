import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  aRawReceiver,
  aRequest,
  aSender,
  drip,
  exchange,
  okAnswer,
  writeWithoutEnd,
} from '../../support/sender.ts'

const kib16 = 16 * 1024

const bodyOf = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`

describe('an answer', () => {
  it('is kept with its headers in lower case, repeated ones joined', async () => {
    const { outcome } = await exchange((socket) =>
      socket.write(
        'HTTP/1.1 418 Short and stout\r\nSet-Cookie: a=1\r\nX-Thing: One\r\nset-cookie: b=2; Secure\r\n' +
          'Retry-After: 7\r\nX-THING: two\r\nRetry-After: 8\r\nContent-Type: text/plain\r\n__proto__: x\r\nContent-Length: 3\r\n\r\npot',
      ),
    )
    expect(outcome).toEqual({
      kind: 'response',
      response: {
        status: 418,
        headers: {
          'set-cookie': 'a=1, b=2; Secure',
          'x-thing': 'One, two',
          'retry-after': '7, 8',
          'content-type': 'text/plain',
          'content-length': '3',
        },
        body: Buffer.from('pot'),
        truncated: false,
      },
    })
  })

  it('is its own, though others come piece by piece in between', async () => {
    const sockets: Socket[] = []
    const receiver = await aRawReceiver({ onRequest: (socket) => sockets.push(socket) })
    const sender = aSender()
    const letters = ['a', 'b', 'c']
    const outcomes = letters.map(() => sender.send(aRequest(receiver.url)))
    await receiver.until(() => sockets.length === letters.length)
    const write = (text: (letter: string) => string) =>
      Promise.all(
        sockets.map((socket, nth) => new Promise((done) => socket.write(text(letters[nth] ?? ''), done))),
      )
    await write((letter) => `HTTP/1.1 200 OK\r\nX-Letter: ${letter}\r\nContent-Length: 300\r\n\r\n`)
    for (let piece = 0; piece < 3; piece++) await write((letter) => letter.repeat(100))
    const seen = (await Promise.all(outcomes)).map((outcome) =>
      outcome.kind === 'response'
        ? [outcome.response.headers['x-letter'], Buffer.from(outcome.response.body).toString()]
        : outcome,
    )
    expect(seen).toHaveLength(3)
    expect(seen).toEqual(expect.arrayContaining(letters.map((letter) => [letter, letter.repeat(300)])))
  })

  it.each([0, 1, kib16 - 1, kib16])('of %i bytes is kept whole', async (length) => {
    const { outcome } = await exchange((socket) => socket.write(bodyOf(length)))
    expect(outcome).toMatchObject({ kind: 'response', response: { truncated: false } })
    expect(outcome.kind === 'response' && outcome.response.body.byteLength).toBe(length)
  })

  it.each([
    ['16 KiB and a byte', (socket: Socket) => socket.write(bodyOf(kib16 + 1))],
    [
      'a body without end',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        writeWithoutEnd(socket, 'x'.repeat(64 * 1024))
      },
    ],
    [
      'chunks without end',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
        writeWithoutEnd(socket, '1\r\nx\r\n'.repeat(1_000))
      },
    ],
  ])('of %s is cut at 16 KiB, and its connection closed', async (_what, answer) => {
    const { receiver, outcome } = await exchange(answer)
    expect(outcome).toMatchObject({ kind: 'response', response: { status: 200, truncated: true } })
    expect(outcome.kind === 'response' && String(outcome.response.body)).toBe('x'.repeat(kib16))
    await receiver.until(() => receiver.openConnections === 0)
  })

  it('in many pieces is put together in order', async () => {
    const text = Array.from({ length: 2_000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('')
    const { outcome } = await exchange((socket) => {
      socket.setNoDelay(true)
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      for (let at = 0; at < text.length; at += 100)
        for (const char of text.slice(at, at + 100)) socket.write(`1\r\n${char}\r\n`)
      socket.write('0\r\n\r\n')
    })
    expect(outcome).toMatchObject({ kind: 'response', response: { truncated: false } })
    expect(outcome.kind === 'response' && String(outcome.response.body)).toBe(text)
  })

  it('that is compressed is kept as it came', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000))
    const { outcome } = await exchange((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.byteLength}\r\n\r\n`)
      socket.write(bomb)
    })
    expect(outcome).toMatchObject({ response: { body: bomb, truncated: false } })
  })

  it.each([
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
    ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    [
      '200',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
    ],
  ])('of status %s without a body is one', async (status, text) => {
    const { outcome } = await exchange((socket) => socket.write(text))
    expect(outcome).toMatchObject({ response: { status: Number(status), truncated: false } })
    expect(outcome.kind === 'response' && outcome.response.body.byteLength).toBe(0)
  })

  it('whose body ends with the connection is whole', async () => {
    const { outcome } = await exchange((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'))
    expect(outcome).toMatchObject({ response: { body: Buffer.from('all of it'), truncated: false } })
  })

  it('counts although the receiver never reads the request', async () => {
    const receiver = await aRawReceiver({
      onConnection: (socket) => {
        socket.write(okAnswer)
        socket.pause()
        return false
      },
    })
    const body = Buffer.alloc(16 * 1024 * 1024)
    const outcome = await aSender().send(aRequest(receiver.url, { body }))
    expect(outcome).toMatchObject({ kind: 'response', response: { status: 200 } })
    // Else the rest of the request would hold the connection for as long as the receiver likes.
    receiver.connections[0]?.resume()
    await receiver.until(() => receiver.openConnections === 0)
  })

  it.each([
    ['that ends early', (socket: Socket) => socket.end()],
    ['that is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['that goes on with something else than HTTP', (socket: Socket) => socket.write('not a chunk\r\n')],
    [
      'with a chunk extension without end',
      (socket: Socket) => writeWithoutEnd(socket, `5;${'e'.repeat(65_536)}`),
    ],
    [
      'with trailers without end',
      (socket: Socket) => writeWithoutEnd(socket, `0\r\n${'X-T: y\r\n'.repeat(8_000)}`),
    ],
    ['that drips until the deadline', (socket: Socket) => drip(socket, '1\r\nx\r\n')],
    ['that stops', () => {}],
  ])('of 200 is a success although it has a body %s', async (_what, goOn) => {
    const { receiver, outcome } = await exchange((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', () => goOn(socket))
    }, 300)
    expect(outcome).toMatchObject({ kind: 'response', response: { status: 200, truncated: true } })
    expect(outcome.kind === 'response' && String(outcome.response.body)).toMatch(/^half/)
    await receiver.until(() => receiver.openConnections === 0)
  })

  it('of 500 is that answer although its body breaks off', async () => {
    const { outcome } = await exchange((socket) =>
      socket.end('HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nbroken'),
    )
    expect(outcome).toMatchObject({ response: { status: 500, body: Buffer.from('broken'), truncated: true } })
  })

  it.each([301, 302, 303, 307, 308])('of %i is not followed', async (status) => {
    const second = await aRawReceiver()
    const { receiver, outcome } = await exchange((socket) =>
      socket.write(`HTTP/1.1 ${status} Moved\r\nLocation: ${second.url}/\r\nContent-Length: 0\r\n\r\n`),
    )
    expect(outcome).toMatchObject({ response: { status, headers: { location: `${second.url}/` } } })
    expect(receiver.requests).toHaveLength(1)
    expect(receiver.connections).toHaveLength(1)
    expect(second.connections).toHaveLength(0)
  })

  it('that redirects to itself is one answer', async () => {
    const { receiver, outcome } = await exchange((socket) =>
      socket.write('HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n'),
    )
    expect(outcome).toMatchObject({ response: { status: 302 } })
    expect(receiver.requests).toHaveLength(1)
  })
})
