import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { Draw } from './draw.ts'
import { answersIn, rawExchange } from './raw-exchange.ts'

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)
const rounds = Number(process.env.FUZZ_MALFORMED ?? 400)
const host = 'Host: x\r\n'
const post = `POST /events HTTP/1.1\r\n${host}`

/** What is written, and the statuses that come back; none: the connection is closed without a word. */
const cases: readonly (readonly [what: string, bytes: string, ...statuses: number[]])[] = [
  ['nothing', ''],
  ['empty lines', '\r\n\r\n\r\n'],
  ['a line that is no request', 'hello\r\n\r\n', 400],
  ['the start of TLS', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['half a request line', 'GET /hea', 400],
  ['half a head', `GET /health HTTP/1.1\r\n${host}X-A`, 400],
  ['no version, as in HTTP/0.9', 'GET /health\r\n\r\n', 200],
  ['version 3.0', `GET /health HTTP/3.0\r\n${host}\r\n`, 400],
  ['version 1.0', 'GET /health HTTP/1.0\r\n\r\n', 200],
  ['no host', 'GET /health HTTP/1.1\r\n\r\n', 400],
  ['an unknown method', `BREW /health HTTP/1.1\r\n${host}\r\n`, 400],
  ['a method in lower case', `get /health HTTP/1.1\r\n${host}\r\n`, 400],
  ['a space in the target', `GET /a b HTTP/1.1\r\n${host}\r\n`, 400],
  ['a byte in the target that is not ASCII', `GET /events?type=\xe9 HTTP/1.1\r\n${host}\r\n`, 400],
  ['NUL in the target', `GET /\0 HTTP/1.1\r\n${host}\r\n`, 400],
  ['NUL in a header', `GET /health HTTP/1.1\r\n${host}X-A: \0\r\n\r\n`, 400],
  ['a header without a name', `GET /health HTTP/1.1\r\n${host}: a\r\n\r\n`, 400],
  ['a space before the colon', `GET /health HTTP/1.1\r\n${host}X-A : a\r\n\r\n`, 400],
  ['a folded header', `GET /health HTTP/1.1\r\n${host}X-A: a\r\n b\r\n\r\n`, 400],
  ['line feeds only', 'GET /health HTTP/1.1\nHost: x\n\n', 400],
  ['a head of 64 KiB', `GET /health HTTP/1.1\r\n${host}X-A: ${'a'.repeat(65_536)}\r\n\r\n`, 431],
  ['8,000 headers', `GET /health HTTP/1.1\r\n${host}${'X: a\r\n'.repeat(8_000)}\r\n`, 431],
  ['a target of 64 KiB', `GET /${'a'.repeat(65_536)} HTTP/1.1\r\n${host}\r\n`, 431],
  ['two lengths', `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`, 400],
  ['a length that is no number', `${post}Content-Length: two\r\n\r\n{}`, 400],
  ['a negative length', `${post}Content-Length: -1\r\n\r\n{}`, 400],
  ['a length beyond all numbers', `${post}Content-Length: ${'9'.repeat(40)}\r\n\r\n{}`, 400],
  ['a length of 7 MiB and no body', `${post}Content-Length: 7340032\r\n\r\n`, 413],
  ['both framings', `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ['an unknown encoding', `${post}Transfer-Encoding: gzip\r\n\r\n{}`, 400],
  ['chunked, but not last', `${post}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, 400],
  ['a chunk without a size', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`, 400],
  ['a chunk larger than all memory', `${post}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`, 400],
  [
    'a chunk extension of 64 KiB',
    `${post}Transfer-Encoding: chunked\r\n\r\n2;${'e'.repeat(65_536)}\r\n{}`,
    413,
  ],
  ['less than its length', `${post}Content-Length: 100\r\n\r\n{}`, 400],
  ['chunks without an end', `${post}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`, 400],
  ['the target in absolute form', `GET http://evil.example/health HTTP/1.1\r\n${host}\r\n`, 200],
  ['a target of another scheme', `GET ftp://x/health HTTP/1.1\r\n${host}\r\n`, 404],
  ['a target that is a host', `GET //evil.example/health HTTP/1.1\r\n${host}\r\n`, 404],
  ['a target without a slash', `GET health HTTP/1.1\r\n${host}\r\n`, 400],
  ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${host}\r\n`, 404],
  ['CONNECT', `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`, 400],
  ['TRACE', `TRACE /health HTTP/1.1\r\n${host}\r\n`, 405],
  ['HEAD', `HEAD /health HTTP/1.1\r\n${host}\r\n`, 405],
  [
    'a wish to upgrade',
    `GET /health HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    200,
  ],
  ['a wish for h2c', `GET /health HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`, 200],
  ['an expectation to go on', `${post}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`, 100, 401],
  ['an unknown expectation', `GET /health HTTP/1.1\r\n${host}Expect: tea\r\n\r\n`, 200],
  ['two requests at once', `GET /health HTTP/1.1\r\n${host}\r\n`.repeat(2), 200, 200],
  ['a request and rubbish', `GET /health HTTP/1.1\r\n${host}\r\nrubbish\r\n\r\n`, 200, 400],
  ['a GET with a body', `GET /health HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}`, 200],
]

describe('what is hardly HTTP', () => {
  let server: TestServer
  const port = () => Number(new URL(server.url).port)

  beforeAll(async () => {
    server = await startTestServer()
  })

  afterAll(() => server.remove())

  it.each(cases.map(([what, bytes, ...statuses]) => ({ what, bytes, statuses })))(
    'is answered: $what',
    async ({ bytes, statuses }) => {
      const answers = answersIn(await rawExchange(port(), bytes))
      expect(answers.map(({ status }) => status)).toEqual(statuses)
      for (const { status, contentType, body } of answers) {
        if (status < 400) continue
        expect(contentType).toBe('application/problem+json')
        if (!bytes.startsWith('HEAD'))
          expect(JSON.parse(body)).toMatchObject({ status, detail: expect.stringMatching(/\.$/) })
      }
      expect(server.logged).toEqual([])
    },
  )

  it(`is answered without a fault when it is spoiled by lot (FUZZ_SEED=${seed})`, async () => {
    const draw = new Draw(seed)
    for (let round = 0; round < rounds; round++) {
      const [, bytes = ''] = draw.ofAny(cases) ?? []
      const text = spoiled(bytes.slice(0, 2_000), draw)
      const answers = answersIn(await rawExchange(port(), text))
      const bad = answers.filter(
        ({ status, contentType }) =>
          status >= 500 || (status >= 400 && contentType !== 'application/problem+json'),
      )
      expect({ text, bad }).toEqual({ text, bad: [] })
    }
    expect(server.logged).toEqual([])
    expect((await server.api.call('GET', '/health')).status).toBe(200)
  })
})

/** A few bytes of it changed, doubled or left out. */
function spoiled(text: string, draw: Draw): string {
  const at = draw.below(text.length + 1)
  const piece = draw.of([
    '\r\n',
    '\n',
    '\0',
    ' ',
    ':',
    'HTTP/1.1',
    '\xff',
    '0',
    'Transfer-Encoding: chunked\r\n',
    text.slice(0, 40),
  ])
  const once = draw.of([
    text.slice(0, at) + piece + text.slice(at),
    text.slice(0, at) + text.slice(at + 1 + draw.below(20)),
    text + text,
  ])
  return draw.chance(0.5) ? spoiled(once.slice(0, 5_000), draw) : once
}
