import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { drip, writeWithoutEnd } from './sender.ts'

/** What a hostile receiver does with a request, and what the log says of it. */
export interface HostileAnswer {
  readonly what: string
  readonly answer: (socket: Socket) => unknown
  /** 0: no answer that counts. */
  readonly status: number
  /** null: a success. */
  readonly words: string | null
  /** It only ends at the deadline. */
  readonly isEndless?: boolean
}

const gzipBomb = gzipSync(Buffer.alloc(10_000_000))
const okHead = 'HTTP/1.1 200 OK\r\n'
const piece = Buffer.alloc(64 * 1024, 'x')

const noAnswer = '127.0.0.1 gave no answer within'
const notHttp = '127.0.0.1 answered with something that is not valid HTTP'
const closed = '127.0.0.1 closed the connection before it answered.'
const tooManyHeaders = '127.0.0.1 answered with more than 16 KiB of headers.'

const redirects = [301, 302, 303, 307, 308].map((status) => ({
  what: `${status} to itself`,
  answer: (socket: Socket) =>
    socket.write(`HTTP/1.1 ${status} Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n`),
  status,
  words: `The receiver answered ${status}, a redirect. Redirects are not followed: give the final URL.`,
}))

/** The faults of receivers that come over plain HTTP. */
export const hostileAnswers: readonly HostileAnswer[] = [
  { what: 'silence', answer: () => {}, status: 0, words: noAnswer, isEndless: true },
  {
    what: 'headers that drip',
    answer: (socket) => {
      socket.write(okHead)
      drip(socket, 'X')
    },
    status: 0,
    words: noAnswer,
    isEndless: true,
  },
  {
    what: 'a body that drips',
    answer: (socket) => {
      socket.write(`HTTP/1.1 503 Busy\r\n\r\n`)
      drip(socket, 'x')
    },
    status: 503,
    words: 'The receiver answered 503.',
    isEndless: true,
  },
  {
    what: 'a fast body without end',
    answer: (socket) => {
      socket.write(`HTTP/1.1 500 Oops\r\n\r\n`)
      writeWithoutEnd(socket, piece)
    },
    status: 500,
    words: 'The receiver answered 500.',
  },
  {
    what: 'a gzip bomb',
    answer: (socket) => {
      socket.write(`${okHead}Content-Encoding: gzip\r\nContent-Length: ${gzipBomb.length}\r\n\r\n`)
      socket.write(gzipBomb)
    },
    status: 200,
    words: null,
  },
  {
    what: '64 KiB of headers',
    answer: (socket) => socket.write(`${okHead}${'X-A: b\r\n'.repeat(8_192)}\r\n`),
    status: 0,
    words: tooManyHeaders,
  },
  {
    what: 'headers without end',
    answer: (socket) => {
      socket.write(okHead)
      writeWithoutEnd(socket, 'X-A: b\r\n'.repeat(1_000))
    },
    status: 0,
    words: tooManyHeaders,
  },
  {
    what: 'interim answers without end',
    answer: (socket) => writeWithoutEnd(socket, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)),
    status: 0,
    words: '127.0.0.1 answered with interim answers (1xx) without end.',
  },
  { what: 'a reset', answer: (socket) => socket.resetAndDestroy(), status: 0, words: closed },
  { what: 'the end of the connection', answer: (socket) => socket.end(), status: 0, words: closed },
  {
    what: 'less body than announced, after 200',
    answer: (socket) => socket.end(`${okHead}Content-Length: 100\r\n\r\nhalf`),
    status: 200,
    words: null,
  },
  {
    what: 'another protocol',
    answer: (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
    status: 0,
    words: notHttp,
  },
  {
    what: 'a header of blanks that costs most to refuse',
    answer: (socket) => socket.write(`${okHead}X-A:${' '.repeat(16_000)}\0\r\n`),
    status: 0,
    words: notHttp,
  },
  {
    what: 'both framings',
    answer: (socket) =>
      socket.write(`${okHead}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
    status: 0,
    words: notHttp,
  },
  {
    what: '101',
    answer: (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'),
    status: 0,
    words: '127.0.0.1 answered with 101 Switching Protocols, which was not asked for.',
  },
  {
    what: 'status 999',
    answer: (socket) => socket.write('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'),
    status: 0,
    words: '127.0.0.1 answered with the status 999, which is no answer in HTTP.',
  },
  ...redirects,
  {
    what: '429 with a Retry-After of thirty years',
    answer: (socket) =>
      socket.write('HTTP/1.1 429 Slow\r\nRetry-After: 1000000000\r\nContent-Length: 0\r\n\r\n'),
    status: 429,
    words: 'The receiver answered 429.',
  },
]
