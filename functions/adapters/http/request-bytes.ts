import type { OutgoingRequest } from '../../use-cases/attempt-delivery.ts'
import type { Target } from './target.ts'

// They say where a request goes or how it is framed (RFC 9112 §3.2, §6, §9), which is ours to say.
const framing = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
])

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/
/** Names that have been looked at, and whether they go out as they are; most requests have the same. */
const knownNames = new Map<string, boolean>()
const mostKnownNames = 1_000

// Below this a copy is cheaper than a second write.
const copiedBytes = 16 * 1024

/** A header that cannot stand in a request as it is. */
export class HeaderRefused extends Error {
  override name = 'HeaderRefused'
  /** As node:http names it. */
  readonly code = 'ERR_INVALID_CHAR'
}

/**
 * A POST as it goes on the wire, in one or two pieces: its headers in the order and the case that they have here.
 * @param keepAlive whether another request may follow on its connection.
 * @throws {HeaderRefused}
 */
export function requestBytes(
  { authority, path }: Target,
  { headers, body }: Pick<OutgoingRequest, 'headers' | 'body'>,
  { keepAlive }: { readonly keepAlive: boolean },
): readonly Uint8Array[] {
  let head = `POST ${path} HTTP/1.1\r\nHost: ${authority}\r\n`
  for (const name of Object.keys(headers)) {
    if (!goesOut(name)) continue
    const value = headers[name] ?? ''
    // A line break would begin a header, or a request, of whoever wrote the value.
    if (!headerValue.test(value)) throw refused()
    head += `${name}: ${value}\r\n`
  }
  head += `Content-Length: ${body.byteLength}\r\nConnection: ${keepAlive ? 'keep-alive' : 'close'}\r\n\r\n`
  const isCopied = body.byteLength <= copiedBytes
  const first = Buffer.allocUnsafe(head.length + (isCopied ? body.byteLength : 0))
  first.write(head, 'latin1')
  if (!isCopied) return [first, body]
  first.set(body, head.length)
  return [first]
}

/** @throws {HeaderRefused} */
function goesOut(name: string): boolean {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  if (!headerName.test(name)) throw refused()
  const isOurs = framing.has(name.toLowerCase())
  if (knownNames.size < mostKnownNames) knownNames.set(name, !isOurs)
  return !isOurs
}

function refused(): HeaderRefused {
  return new HeaderRefused('A header has a character that cannot stand there.')
}
