/** Where a value stands in JSON text: byte offsets, the end excluded. */
export interface Span {
  readonly start: number
  readonly end: number
}

const code = (char: string) => char.charCodeAt(0)
const [quote, backslash, comma, colon] = [code('"'), code('\\'), code(','), code(':')]
const [openObject, closeObject, openArray, closeArray] = [code('{'), code('}'), code('['), code(']')]

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

function afterSpace(json: Uint8Array, from: number): number {
  let at = from
  while (isSpace(json[at])) at++
  return at
}

function afterString(json: Uint8Array, from: number): number {
  let at = from + 1
  while (json[at] !== quote) at += json[at] === backslash ? 2 : 1
  return at + 1
}

function afterValue(json: Uint8Array, from: number): number {
  let depth = 0
  for (let at = from; at < json.length; ) {
    const byte = json[at]
    if (byte === quote) {
      at = afterString(json, at)
      if (depth === 0) return at
      continue
    }
    if (byte === openObject || byte === openArray) depth++
    else if (byte === closeObject || byte === closeArray) {
      if (depth === 0) return at
      depth--
      if (depth === 0) return at + 1
    } else if (depth === 0 && (byte === comma || isSpace(byte))) return at
    at++
  }
  return json.length
}

/**
 * Where the elements of the array that begins at `from` stand. The text must have passed `JSON.parse`: structure is
 * followed, not checked. Needed because a payload is sent with the bytes it came in, and parsing loses them.
 */
export function elementSpans(json: Uint8Array, from = 0): Span[] {
  const spans: Span[] = []
  let at = afterSpace(json, afterSpace(json, from) + 1)
  while (json[at] !== closeArray) {
    const end = afterValue(json, at)
    spans.push({ start: at, end })
    at = afterSpace(json, end)
    if (json[at] === comma) at = afterSpace(json, at + 1)
  }
  return spans
}

/** Where the value of a member of the object at `from` stands; of several with that name the last, as in `JSON.parse`. */
export function memberSpan(json: Uint8Array, name: string, from = 0): Span | undefined {
  let found: Span | undefined
  let at = afterSpace(json, afterSpace(json, from) + 1)
  while (json[at] !== closeObject) {
    const keyEnd = afterString(json, at)
    const key: unknown = JSON.parse(
      Buffer.from(json.buffer, json.byteOffset + at, keyEnd - at).toString('utf8'),
    )
    at = afterSpace(json, keyEnd)
    if (json[at] === colon) at = afterSpace(json, at + 1)
    const end = afterValue(json, at)
    if (key === name) found = { start: at, end }
    at = afterSpace(json, end)
    if (json[at] === comma) at = afterSpace(json, at + 1)
  }
  return found
}
