import { Answer } from './answer.ts'
import { AnswerHead, notHttp, readHeader } from './answer-head.ts'
import { BadAnswer } from './failure-words.ts'
import { LineBeginning } from './line-beginning.ts'

const maxHeaderBytes = 16 * 1024
const maxInterimAnswers = 5
// Twice what an answer within the other caps can take on the wire: chunks of one byte carry five more each.
const maxAnswerBytes = 512 * 1024

const lineFeed = 0x0a
const carriageReturn = 0x0d

const protocolName = 'HTTP/1.'
// RFC 9112 §7.1.
const chunkLine = /^([0-9A-Fa-f]{1,13})(?:;[\t\x20-\x7e\x80-\xff]*)?$/

/**
 * What the next byte belongs to. `complete`: all of the answer was read. `cut`: its body is longer than what is kept.
 * Nothing is read after these two.
 */
type Part =
  | 'status line'
  | 'headers'
  | 'sized body'
  | 'body until the connection ends'
  | 'chunk line'
  | 'chunk'
  | 'end of a chunk'
  | 'trailers'
  | 'complete'
  | 'cut'

/**
 * Reads the answer to one POST as it comes from the connection (RFC 9112), and is strict: an answer whose end could be
 * argued about is none. Keeps as much in memory as one answer may take, whatever the receiver sends.
 */
export class AnswerReader {
  #part: Part = 'status line'
  readonly #beginning = new LineBeginning(maxHeaderBytes)
  /** Of the head, or of a chunk's line or the trailers. */
  #lineBytes = 0
  #receivedBytes = 0
  #interimAnswers = 0
  /** Bytes that the body, or its chunk, still has. */
  #left = 0
  #head: AnswerHead | undefined
  #answer: Answer | undefined
  #endsWithIt = false

  /** The answer as far as it came, once its head was read. */
  get answer(): Answer | undefined {
    return this.#answer
  }

  get isComplete(): boolean {
    return this.#part === 'complete'
  }

  /** Whether the connection can carry another request, as the receiver said. */
  get keepsConnection(): boolean {
    return this.isComplete && !this.#endsWithIt
  }

  /** For how long the receiver keeps the connection, if it said so (`Keep-Alive: timeout=…`, RFC 2068 §19.7.1.1). */
  get keptMs(): number | undefined {
    const [, seconds] = /\btimeout=(\d{1,9})\b/i.exec(this.#answer?.head.headers['keep-alive'] ?? '') ?? []
    return seconds === undefined ? undefined : Number(seconds) * 1_000
  }

  /**
   * Takes the next bytes of the connection.
   * @returns whether the answer is over: complete, or longer than what is kept of it.
   * @throws {BadAnswer} when it breaks a rule of HTTP or a cap; if it had a head by then, `answer` is what it was.
   */
  read(bytes: Buffer): boolean {
    this.#receivedBytes += bytes.length
    let at = 0
    while (at < bytes.length && !this.#isOver()) at = this.#readPart(bytes, at)
    // What comes after an answer was not asked for, and would be taken for the next one.
    if (at < bytes.length) this.#endsWithIt = true
    if (!this.#isOver() && this.#receivedBytes > maxAnswerBytes)
      throw new BadAnswer('more bytes than an answer may have')
    return this.#isOver()
  }

  /** The receiver ended the connection: so do bodies that have no other end. Returns whether the answer is complete. */
  end(): boolean {
    if (this.#part === 'body until the connection ends') this.#part = 'complete'
    return this.isComplete
  }

  #isOver(): boolean {
    return this.isComplete || this.#part === 'cut'
  }

  /** Reads what belongs to one part, from `at` on; returns where the rest begins. */
  #readPart(bytes: Buffer, at: number): number {
    switch (this.#part) {
      case 'sized body':
      case 'chunk':
        return this.#readSized(bytes, at)
      case 'body until the connection ends':
        this.#keep(at === 0 ? bytes : bytes.subarray(at))
        return bytes.length
      default:
        return this.#readLine(bytes, at)
    }
  }

  #readSized(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.#left -= end - at
    const isKept = this.#keep(bytes.subarray(at, end))
    if (isKept && this.#left === 0) this.#part = this.#part === 'chunk' ? 'end of a chunk' : 'complete'
    return end
  }

  #keep(bytes: Buffer): boolean {
    if (this.#answer?.keep(bytes) === true) return true
    this.#part = 'cut'
    return false
  }

  #readLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(lineFeed, at)
    const isWhole = end !== -1
    const next = isWhole ? end + 1 : bytes.length
    this.#lineBytes += next - at
    if (this.#lineBytes > maxHeaderBytes) throw new BadAnswer('more than 16 KiB of headers')
    if (!isWhole) {
      this.#hold(bytes.subarray(at))
      return next
    }
    const text = this.#beginning.take() + bytes.toString('latin1', at, end)
    if (text.charCodeAt(text.length - 1) !== carriageReturn) throw notHttp('a line without its end')
    this.#takeLine(text.slice(0, -1))
    return next
  }

  /** Keeps the beginning of a line; what begins like no answer is not waited for. */
  #hold(piece: Buffer): void {
    const isJudged = this.#beginning.length >= protocolName.length
    this.#beginning.add(piece)
    if (this.#part !== 'status line' || isJudged) return
    const first = this.#beginning.first(protocolName.length)
    if (first !== '\r' && !protocolName.startsWith(first)) throw notHttp('its first line')
  }

  #takeLine(line: string): void {
    if (this.#part === 'status line') this.#takeStatusLine(line)
    else if (this.#part === 'headers') this.#takeHeader(line)
    else if (this.#part === 'chunk line') this.#takeChunkLine(line)
    else if (this.#part === 'end of a chunk') this.#takeEndOfChunk(line)
    else this.#takeTrailer(line)
  }

  #takeStatusLine(line: string): void {
    // Some servers send an empty line after the answer before; Node's parser reads over them, too.
    if (line === '') return
    this.#head = new AnswerHead(line)
    this.#part = 'headers'
  }

  #takeHeader(line: string): void {
    if (line === '') this.#endHead()
    else this.#head?.add(line)
  }

  #endHead(): void {
    this.#lineBytes = 0
    const head = this.#head
    if (head === undefined) return
    const { framing } = head
    if (head.isInterim) {
      if (++this.#interimAnswers > maxInterimAnswers) throw new BadAnswer('interim answers (1xx) without end')
      this.#part = 'status line'
      return
    }
    this.#answer = new Answer(head)
    this.#endsWithIt = !head.keepsConnection || framing === 'the connection'
    if (framing === 0) this.#part = 'complete'
    else if (framing === 'chunked') this.#expectChunk()
    else if (framing === 'the connection') this.#part = 'body until the connection ends'
    else {
      this.#left = framing
      this.#part = 'sized body'
    }
  }

  #expectChunk(): void {
    this.#lineBytes = 0
    this.#part = 'chunk line'
  }

  #takeChunkLine(line: string): void {
    const [, size] = chunkLine.exec(line) ?? []
    if (size === undefined) throw notHttp("a chunk's length")
    this.#left = Number.parseInt(size, 16)
    this.#lineBytes = 0
    this.#part = this.#left === 0 ? 'trailers' : 'chunk'
  }

  #takeEndOfChunk(line: string): void {
    if (line !== '') throw notHttp('a chunk longer than it says')
    this.#expectChunk()
  }

  /** Nobody reads it; but the answer ends after the last. */
  #takeTrailer(line: string): void {
    if (line === '') this.#part = 'complete'
    else readHeader(line)
  }
}
