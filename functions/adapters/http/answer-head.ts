import { BadAnswer } from './failure-words.ts'

// RFC 9112 §4 and §5; obsolete folding (§5.2) is not read.
const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: [^\r]*)?$/
// After the blanks comes none: else a line of 16 KiB of them could be parted in as many ways, and all would be tried.
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(?![ \t])([\t\x20-\x7e\x80-\xff]*)$/
const length = /^\d{1,15}$/

/** How the end of a body is known: its length in bytes, by chunks, or that the connection ends. */
export type Framing = number | 'chunked' | 'the connection'

/** The head of an answer, line by line, without their ends. */
export class AnswerHead {
  readonly status: number
  /** Names in lower case, the values of repeated ones in one list (RFC 9110 §5.3). */
  readonly headers: Record<string, string> = {}
  readonly #isOld: boolean
  #hasTwoLengths = false

  /** @throws {BadAnswer} when the line is none of HTTP/1, or its status none of an answer. */
  constructor(line: string) {
    const [, minor, status] = statusLine.exec(line) ?? []
    if (status === undefined) throw notHttp('its first line')
    this.status = Number(status)
    this.#isOld = minor === '0'
    if (this.status === 101) throw new BadAnswer('101 Switching Protocols, which was not asked for')
    if (this.status < 100 || this.status > 599)
      throw new BadAnswer(`the status ${this.status}, which is no answer in HTTP`)
  }

  /** @throws {BadAnswer} when the line is no header. */
  add(line: string): void {
    const [name, value] = readHeader(line)
    const { headers } = this
    if (!Object.hasOwn(headers, name)) {
      headers[name] = value
      return
    }
    headers[name] += `, ${value}`
    if (name === 'content-length') this.#hasTwoLengths = true
  }

  /** It comes before the answer itself. */
  get isInterim(): boolean {
    return this.status < 200
  }

  /**
   * By RFC 9112 §6.3, for a request that is a POST.
   * @throws {BadAnswer} when it can be read in two ways: whoever reads it in the other finds another end.
   */
  get framing(): Framing {
    const { 'content-length': bytes, 'transfer-encoding': coding } = this.headers
    if (bytes !== undefined) {
      if (this.#hasTwoLengths || coding !== undefined) throw notHttp('more than one length')
      if (!length.test(bytes)) throw notHttp('a length that is none')
    }
    if (this.status === 204 || this.status === 304) return 0
    if (bytes !== undefined) return Number(bytes)
    return coding !== undefined && options(coding).at(-1) === 'chunked' ? 'chunked' : 'the connection'
  }

  /** The receiver expects the connection to carry another request, if the framing lets it. */
  get keepsConnection(): boolean {
    const { connection = '', 'transfer-encoding': coding } = this.headers
    const said = options(connection)
    if (said.includes('close')) return false
    // HTTP/1.0 knows of no codings: whoever was on the way may have found another end (RFC 9112 §6.1).
    return !this.#isOld || (said.includes('keep-alive') && coding === undefined)
  }
}

/**
 * Reads a header's or a trailer's line: its name in lower case, and its value.
 * @throws {BadAnswer} when it is none.
 */
export function readHeader(line: string): readonly [name: string, value: string] {
  const [, name, value] = headerLine.exec(line) ?? []
  if (name === undefined || value === undefined) throw notHttp('a header')
  return [name.toLowerCase(), withoutBlanksAfter(value)]
}

/** What breaks HTTP's grammar. */
export function notHttp(what: string): BadAnswer {
  return new BadAnswer(`something that is not valid HTTP (${what})`)
}

/** `trimEnd` would take the byte A0, too, which may be the end of a character in UTF-8. */
function withoutBlanksAfter(value: string): string {
  let end = value.length
  while (value[end - 1] === ' ' || value[end - 1] === '\t') end--
  return value.slice(0, end)
}

function options(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
}
