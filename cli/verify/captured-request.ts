import * as z from 'zod'
import { Usage } from '../errors.ts'

/** A request as a receiver got it; names of headers in lower case. */
export interface CapturedRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** What is odd about the capture itself. */
  readonly notes: readonly string[]
}

const Json = z.looseObject({
  headers: z.record(z.string(), z.unknown()),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().optional(),
})

/**
 * Reads a captured request: raw HTTP as `nc` prints it, with or without the request line; or JSON with `headers` and
 * `body`, as API Gateway hands it to a function.
 * @throws Usage when it is neither.
 */
export function readCaptured(bytes: Buffer): CapturedRequest {
  const text = bytes.toString('latin1')
  const start = text.trimStart()
  if (start === '') throw new Usage('The request is empty.')
  return start.startsWith('{') ? fromJson(bytes) : fromHttp(text)
}

/** Headers given one by one as `Name: value`. @throws Usage. */
export function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line)
    if (match === null) throw new Usage(`"${line}" is no header. Write it as 'Name: value'.`)
    const [, name = '', value = ''] = match
    headers[name.toLowerCase()] = value
  }
  return headers
}

function fromJson(bytes: Buffer): CapturedRequest {
  const { data } = Json.safeParse(jsonOf(bytes.toString('utf8')))
  if (data === undefined)
    throw new Usage(
      'The request begins like JSON, and has no "headers" object and "body" text. For a body alone give the headers with --header.',
    )
  const headers = Object.entries(data.headers).map(([name, value]) => [
    name.toLowerCase(),
    String(Array.isArray(value) ? value[0] : value),
  ])
  const body = Buffer.from(data.body ?? '', data.isBase64Encoded === true ? 'base64' : 'utf8')
  return { headers: Object.fromEntries(headers), body, notes: [] }
}

function fromHttp(text: string): CapturedRequest {
  const trimmed = text.replace(/^(\r?\n)+/, '')
  const end = /\r?\n\r?\n/.exec(trimmed)
  const head = end === null ? trimmed.trimEnd() : trimmed.slice(0, end.index)
  const rest = end === null ? '' : trimmed.slice(end.index + end[0].length)
  const lines = head.split(/\r?\n/)
  const headers = readHeaders(isRequestLine(lines[0]) ? lines.slice(1) : lines)
  const notes =
    end === null ? ['The capture has no blank line after the headers, so that its body counts as empty.'] : []
  const { body, note } = bodyOf(Buffer.from(rest, 'latin1'), headers)
  return { headers, body, notes: note === undefined ? notes : [...notes, note] }
}

function isRequestLine(line: string | undefined): boolean {
  return line !== undefined && /^[A-Z]+ \S+( HTTP\/\d(\.\d)?)?$/.test(line)
}

function bodyOf(bytes: Buffer, headers: Readonly<Record<string, string>>): { body: Buffer; note?: string } {
  if (headers['transfer-encoding']?.toLowerCase() === 'chunked')
    return { body: withoutChunks(bytes) ?? bytes }
  const length = Number(headers['content-length'] ?? Number.NaN)
  if (!Number.isInteger(length) || length === bytes.length) return { body: bytes }
  if (bytes.length < length)
    return {
      body: bytes,
      note: `The body has ${bytes.length} bytes and Content-Length says ${length}: it was captured in part or changed.`,
    }
  const surplus = bytes.subarray(length).toString('latin1')
  // A line end that the tool put behind the body. More than that is judged as it is.
  if (surplus.trim() !== '')
    return {
      body: bytes,
      note: `The body has ${bytes.length} bytes and Content-Length says ${length}: it was changed.`,
    }
  return {
    body: bytes.subarray(0, length),
    note: 'White space behind the body, beyond Content-Length, was left out.',
  }
}

/** The body in chunks (RFC 9112 §7.1); undefined when it is not, as when the tool had joined them. */
function withoutChunks(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = /^([0-9a-f]{1,8})(;.*)?$/i.exec(
      bytes.subarray(at, Math.max(at, lineEnd)).toString('latin1'),
    )?.[1]
    if (size === undefined) return undefined
    const length = Number.parseInt(size, 16)
    if (length === 0) return Buffer.concat(parts)
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length))
    at = lineEnd + 2 + length + 2
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
