import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerReader } from '../../../functions/adapters/http/answer-reader.ts'
import { BadAnswer } from '../../../functions/adapters/http/failure-words.ts'
import { pieces } from '../../support/pieces.ts'

const ok = 'HTTP/1.1 200 OK\r\n'
const kib16 = 16 * 1024

/** What a reader makes of these bytes, in these pieces. */
function reading(...texts: readonly string[]) {
  const reader = new AnswerReader()
  let error: unknown
  let isOver = false
  try {
    for (const text of texts) {
      if (isOver) break
      const bytes = Buffer.from(text, 'latin1')
      isOver = reader.read(bytes)
      // As a connection does: its bytes are others after that.
      bytes.fill('?')
    }
  } catch (thrown) {
    error = thrown
  }
  return { reader, error, isOver }
}

function bodyOf({ answer }: AnswerReader): string {
  const outcome = answer?.outcome({ truncated: false })
  return outcome?.kind === 'response' ? Buffer.from(outcome.response.body).toString('latin1') : 'no answer'
}

describe('the answer is over', () => {
  it.each([
    ['after its length', `${ok}Content-Length: 3\r\n\r\npot`, 'pot'],
    ['after a length of nothing', `${ok}Content-Length: 0\r\n\r\n`, ''],
    ['after a length with spaces around it', `${ok}Content-Length: \t 3 \t\r\n\r\npot`, 'pot'],
    ['after its last chunk', `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\npo\r\n1\r\nt\r\n0\r\n\r\n`, 'pot'],
    ['after its trailers', `${ok}transfer-encoding: Chunked\r\n\r\n3;a=b\r\npot\r\n0\r\nX: y\r\n\r\n`, 'pot'],
    ['after codings that end in chunks', `${ok}Transfer-Encoding: gzip , chunked\r\n\r\n0\r\n\r\n`, ''],
    ['after a head of 204', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['after a head of 304, whatever its length', 'HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n', ''],
    [
      'after interim answers',
      `${'HTTP/1.1 103 \r\nA: b\r\n\r\n'.repeat(5)}${ok}Content-Length: 0\r\n\r\n`,
      '',
    ],
    ['after empty lines before it', `\r\n\r\n${ok}Content-Length: 0\r\n\r\n`, ''],
  ])('%s, and not a byte earlier', (_when, text, body) => {
    const early = reading(text.slice(0, -1))
    expect(early).toMatchObject({ isOver: false, error: undefined })
    const whole = reading(text)
    expect(whole).toMatchObject({ isOver: true, error: undefined })
    expect(whole.reader.isComplete).toBe(true)
    expect(bodyOf(whole.reader)).toBe(body)
  })

  it.each([
    ['no length', `${ok}\r\nall of it`],
    ['a coding that does not end in chunks', `${ok}Transfer-Encoding: chunked, gzip\r\n\r\nall of it`],
  ])('when the connection ends, with %s', (_what, text) => {
    const { reader, isOver } = reading(text)
    expect(isOver).toBe(false)
    expect(reader.end()).toBe(true)
    expect(bodyOf(reader)).toBe('all of it')
    expect(reader.keepsConnection).toBe(false)
  })

  it.each([
    '',
    'HTTP/1.1 200 O',
    ok,
    `${ok}Content-Length: 3\r\n\r\npo`,
    `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\npot\r\n`,
  ])('but not when the connection ends after %j', (text) => {
    expect(reading(text).reader.end()).toBe(false)
  })

  it('when its body is longer than what is kept', () => {
    const { reader, isOver } = reading(`${ok}\r\n`, 'x'.repeat(kib16), 'x')
    expect(isOver).toBe(true)
    expect(reader.isComplete).toBe(false)
    expect(reader.keepsConnection).toBe(false)
    expect(bodyOf(reader)).toBe('x'.repeat(kib16))
  })
})

describe('what is refused', () => {
  it.each([
    ['another protocol', 'S'],
    ['another version', 'HTTP/2'],
    ['a version of two digits', 'HTTP/1.10 200 OK\r\n'],
    ['lower case', 'h'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n'],
    ['two spaces before the status', 'HTTP/1.1  200 OK\r\n'],
    ['a line feed alone', 'HTTP/1.1 200 OK\n'],
    ['a header without a colon', `${ok}header\r\n`],
    ['a header without a name', `${ok}: a\r\n`],
    ['a space before the colon', `${ok}Content-Length : 2\r\n`],
    ['a folded header', `${ok}A: b\r\n c\r\n`],
    ['a null in a header', `${ok}A: \0\r\n`],
    ['a carriage return in a header', `${ok}A: b\rc\r\n`],
    ['two lengths', `${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\n`],
    ['two lengths in one', `${ok}Content-Length: 2, 2\r\n\r\n`],
    ['a length and chunks', `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['a length with a sign', `${ok}Content-Length: -2\r\n\r\n`],
    ['an empty length', `${ok}Content-Length:\r\n\r\n`],
    ['a length past all bounds', `${ok}Content-Length: ${'9'.repeat(20)}\r\n\r\n`],
    ['status 600', 'HTTP/1.1 600 \r\n'],
    ['status 99', 'HTTP/1.1 099 \r\n'],
    ['status 101', 'HTTP/1.1 101 \r\n'],
    ['a sixth interim answer', 'HTTP/1.1 100 \r\n\r\n'.repeat(6)],
    ['headers past 16 KiB', `${ok}${'A: b\r\n'.repeat(2_727)}A: bcd`],
    ['a line past 16 KiB', `${ok}A: ${'b'.repeat(kib16 - 19)}`],
    ['empty lines past 16 KiB', `${'\r\n'.repeat(kib16 / 2)}\r`],
  ])('is %s, as soon as it has come', (_what, text) => {
    expect(reading(text).error).toBeInstanceOf(BadAnswer)
    expect(reading(text).reader.answer).toBeUndefined()
    expect(reading(text.slice(0, -1)).error).toBeUndefined()
  })

  it.each([
    ['a chunk length that is no number', 'g\r\n'],
    ['a chunk length with a space before it', ' 1\r\n'],
    ['a chunk length past all bounds', `${'f'.repeat(17)}\r\n`],
    ['a chunk longer than it says', '1\r\nab\r\n'],
    ['a trailer that is none', '0\r\nno trailer\r\n'],
    ['a chunk extension past 16 KiB', `1;${'e'.repeat(kib16)}`],
    ['trailers past 16 KiB', `0\r\n${'X: y\r\n'.repeat(2_731)}`],
    ['more than 512 KiB for 16 KiB', `1;${'e'.repeat(100)}\r\nx\r\n`.repeat(5_000)],
  ])('is %s, after the head that counts', (_what, text) => {
    const { reader, error } = reading(`${ok}Transfer-Encoding: chunked\r\n\r\n`, text)
    expect(error).toBeInstanceOf(BadAnswer)
    expect(reader.answer?.head.status).toBe(200)
    expect(reader.isComplete).toBe(false)
  })
})

describe('a header', () => {
  it.each([
    ['blanks around its value', 'A: \t b c\t \r\n', 'b c'],
    ['a value of blanks', 'A: \t \r\n', ''],
    // The last byte of a UTF-8 "à" is a space in Latin-1, and in JavaScript; not in HTTP.
    ['a value that begins and ends with a byte A0', 'A: \xa0b\xc3\xa0\r\n', '\xa0b\xc3\xa0'],
  ])('with %s loses blanks only, and only there', (_what, line, value) => {
    expect(reading(`${ok}${line}\r\n`).reader.answer?.head.headers.a).toBe(value)
  })

  it.each([
    ['blanks', ' '.repeat(kib16 - 30)],
    ['blanks and tabs', ' \t'.repeat(kib16 / 2 - 15)],
    ['words', 'a '.repeat(kib16 / 2 - 15)],
  ])('of %s and what may not stand there costs no more than others', (_what, value) => {
    const tookMs = [1, 2, 3].map(() => {
      const startedAt = performance.now()
      expect(reading(`${ok}A:${value}\0\r\n`).error).toBeInstanceOf(BadAnswer)
      return performance.now() - startedAt
    })
    // A pattern that tries each way to part the blanks takes a second.
    expect(Math.min(...tookMs)).toBeLessThan(100)
  })
})

describe('a connection carries another request', () => {
  const end = 'Content-Length: 0\r\n\r\n'

  it.each([
    [true, `HTTP/1.1 200 OK\r\n${end}`],
    [true, `HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\n${end}`],
    [false, `HTTP/1.1 200 OK\r\nConnection: close\r\n${end}`],
    [false, `HTTP/1.1 200 OK\r\nConnection: X-A, Close\r\nConnection: keep-alive\r\n${end}`],
    [false, `HTTP/1.0 200 OK\r\n${end}`],
    [true, `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${end}`],
    [true, `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    [false, `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    [false, `HTTP/1.1 200 OK\r\n${end}HTTP/1.1 500 Forged\r\n\r\n`],
    [false, `HTTP/1.1 204 No Content\r\n\r\nbody`],
  ])('%s: %j', (keeps, text) => {
    expect(reading(text).reader.keepsConnection).toBe(keeps)
  })

  it.each([
    ['timeout=5', 5_000],
    ['timeout=5, max=100', 5_000],
    ['max=100, Timeout=20', 20_000],
    ['max=100', undefined],
    ['timeout=x', undefined],
  ])('for as long as Keep-Alive: %s says', (value, ms) => {
    expect(reading(`${ok}Keep-Alive: ${value}\r\n${end}`).reader.keptMs).toBe(ms)
  })
})

describe('in whatever pieces it comes', () => {
  const answers = [
    `${ok}Content-Type: text/plain\r\nContent-Length: 300\r\n\r\n${'x'.repeat(300)}`,
    `HTTP/1.1 100 Continue\r\n\r\n${ok}Transfer-Encoding: chunked\r\n\r\n3;e=f\r\npot\r\n${'1\r\nx\r\n'.repeat(40)}0\r\nX: y\r\n\r\n`,
    `\r\nHTTP/1.0 503 Busy\r\nRetry-After: 7\r\n\r\nlater`,
    `${ok}A: b\r\n c\r\n\r\n`,
    `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\npot\r\nnonsense\r\n`,
    `${ok}Content-Length: 2\r\n\r\nok${ok}`,
  ]

  it('an answer is the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...answers), pieces, (text, cuts) => {
        const [whole, cut] = [reading(text), reading(...cuts(text))]
        for (const { reader } of [whole, cut]) reader.end()
        expect(cut.error).toEqual(whole.error)
        expect(cut.reader.isComplete).toBe(whole.reader.isComplete)
        expect(cut.reader.answer?.head).toEqual(whole.reader.answer?.head)
        expect(bodyOf(cut.reader)).toBe(bodyOf(whole.reader))
      }),
      { numRuns: 500 },
    )
  })
})
