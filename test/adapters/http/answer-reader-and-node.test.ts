import { request } from 'node:http'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AnswerReader } from '../../../functions/adapters/http/answer-reader.ts'
import { pieces } from '../../support/pieces.ts'

interface Read {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly isComplete: boolean
  /** Of a complete answer. */
  readonly body: string | undefined
}

/** Whether more follows after a complete answer: Node then takes the answer for one that broke off. */
function isFollowed(text: string): boolean {
  const reader = new AnswerReader()
  try {
    return [...text].some(
      (char, index) => reader.read(Buffer.from(char, 'latin1')) && index < text.length - 1,
    )
  } catch {
    return false
  }
}

/** What our reader makes of an answer whose connection then ends: undefined when it is none. */
function readByUs(texts: readonly string[]): Read | undefined {
  const reader = new AnswerReader()
  try {
    let isOver = false
    for (const text of texts) if (!isOver) isOver = reader.read(Buffer.from(text, 'latin1'))
    reader.end()
  } catch {
    // With a head it is an answer all the same.
  }
  const { answer, isComplete } = reader
  const outcome = answer?.outcome({ truncated: !isComplete })
  if (outcome?.kind !== 'response') return undefined
  const { status, headers, body } = outcome.response
  return { status, headers, isComplete, body: isComplete ? Buffer.from(body).toString('latin1') : undefined }
}

/** The same, by node:http. */
function readByNode(texts: readonly string[]): Promise<Read | undefined> {
  const socket = new Duplex({ read() {}, write: (_bytes, _encoding, written) => written() })
  return new Promise((resolve) => {
    let brokeOff = () => resolve(undefined)
    request({ method: 'POST', createConnection: () => socket, joinDuplicateHeaders: true })
      .on('upgrade', () => resolve(undefined))
      .on('error', () => brokeOff())
      .on('response', (response) => {
        const { statusCode: status = 0 } = response
        let body = ''
        const done = (isComplete: boolean) => {
          const headers = { ...response.headers, ...joinedCookies(response.headers) }
          resolve({ status, headers, isComplete, body: isComplete ? body : undefined })
        }
        brokeOff = () => done(false)
        response
          .setEncoding('latin1')
          .on('data', (text: string) => {
            body += text
          })
          .on('end', () => done(response.complete))
          .on('error', brokeOff)
      })
      .end()
    // Node reads an answer only once the request is on its way.
    setImmediate(() => {
      for (const text of texts) socket.push(Buffer.from(text, 'latin1'))
      socket.push(null)
    })
  })
}

/** Node gives cookies as a list, and we give every header as one text. */
function joinedCookies(headers: NodeJS.Dict<string | string[]>) {
  const cookies = headers['set-cookie']
  return Array.isArray(cookies) ? { 'set-cookie': cookies.join(', ') } : {}
}

const mostly = <Value>(usual: Value, ...odd: Value[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 3, arbitrary: fc.constantFrom(...odd) })

const lineEnd = mostly('\r\n', '\n', '\r', '\r\r\n')
const statusLine = fc
  .tuple(
    mostly('HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'http/1.1', 'ICY', 'HTTP/1.10'),
    mostly(' ', '  ', '\t', ''),
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 200, max: 599 }).map(String) },
      fc.constantFrom('204', '304', '2000', '20', '2x0', '+20', ''),
    ),
    mostly(' OK', '', ' ', ' sehr schön', '\tOK', ' \x01', ' \x7f'),
    lineEnd,
  )
  .map((parts) => parts.join(''))
const header = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('X-A', 'x-a', 'Set-Cookie', 'Retry-After', 'Content-Type', 'x_y', "!#$%&'*+-.^_`|~9z"),
      fc.constantFrom('', 'a b', 'a\0', '(a)', 'ü', ' x', 'a\t', '@'),
    ),
    mostly(': ', ':', ' :', ':\t', '', ': \t '),
    mostly(
      'value',
      '',
      'a, b',
      '"q"',
      'schön',
      '\xa0a\xa0',
      'a\tb',
      'a\0b',
      'a\x7f',
      ' padded ',
      'x'.repeat(300),
    ),
    lineEnd,
  )
  .map((parts) => parts.join(''))
const framing = fc.constantFrom(
  '',
  'Content-Length: 5\r\n',
  'content-length:5 \r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 9\r\n',
  'Content-Length: 5\r\nContent-Length: 5\r\n',
  'Content-Length: +5\r\n',
  'Content-Length: 5a\r\n',
  'Content-Length: \r\n',
  'Content-Length: 99999999999999999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: CHUNKED\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n',
  'Transfer-Encoding: chunked, gzip\r\n',
  'Transfer-Encoding: identity\r\n',
  'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n',
  'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
)
const chunks = fc
  .tuple(
    fc.array(
      mostly(
        '3\r\npot\r\n',
        '5\r\nhello\r\n',
        'A;e=f\r\n0123456789\r\n',
        '00001\r\nx\r\n',
        '3\r\npots\r\n',
        'g\r\n',
        '3 \r\npot\r\n',
        '\r\n',
        '3\npot\r\n',
      ),
      { maxLength: 4 },
    ),
    mostly('0\r\n\r\n', '0\r\nX: y\r\n\r\n', '0\r\n', '0\r\nbad trailer\r\n\r\n', '000\r\n\r\n', ''),
  )
  .map(([some, last]) => some.join('') + last)
const body = fc.oneof(chunks, fc.constantFrom('', 'hello', 'hell', 'hello, and more', 'x'.repeat(3_000)))
const answer = fc
  .tuple(
    mostly('', '\r\n', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 \r\nLink: a\r\n\r\n', ' '),
    statusLine,
    fc.array(header, { maxLength: 3 }),
    framing,
    mostly('\r\n', '', '\n'),
    body,
  )
  .map(([before, status, headers, length, end, rest]) =>
    [before, status, ...headers, length, end, rest].join(''),
  )

it('reads answers, good and bad, as node:http does', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(answer, pieces, async (text, cuts) => {
      const texts = cuts(text)
      const [ours, nodes] = [readByUs(texts), await readByNode(texts)]
      if (!isFollowed(text)) expect(ours).toEqual(nodes)
      else expect(ours).toMatchObject({ status: nodes?.status, headers: nodes?.headers, isComplete: true })
    }),
    { numRuns: 3_000 },
  )
})
