/** Another reading of a body or a secret, and what must have happened if that one fits. */
export interface Variant<Value> {
  readonly value: Value
  readonly finding: string
}

/** What the body may have been before something on the way changed it. The likeliest first; never the body itself. */
export function bodiesBefore(body: Buffer): readonly Variant<Buffer>[] {
  const text = body.toString('utf8')
  const variants: Variant<Buffer>[] = []
  const add = (value: string | Buffer, finding: string) => {
    const bytes = Buffer.from(value)
    if (!bytes.equals(body) && !variants.some((other) => other.value.equals(bytes)))
      variants.push({ value: bytes, finding })
  }
  add(text.replace(/\r?\n$/, ''), 'The body got a line end at its end; the signature covers it without.')
  add(text.replace(/^\ufeff/, ''), 'The body got a byte order mark at its start.')
  add(text.trim(), 'The body got white space around it; the signature covers it without.')
  for (const [json, finding] of serialisations(text)) add(json, finding)
  add(`${text}\n`, 'The body lost the line end at its end, which the signature covers.')
  add(`${text}\r\n`, 'The body lost the line end (CRLF) at its end, which the signature covers.')
  add(text.replaceAll('\r\n', '\n'), 'Line ends in the body were changed from LF to CRLF.')
  add(text.replace(/\r?\n/g, '\r\n'), 'Line ends in the body were changed from CRLF to LF.')
  add(
    Buffer.from(text, 'latin1'),
    'The body was read as Latin-1 and written as UTF-8: its charset was changed. Keep its bytes as they come.',
  )
  add(
    body.toString('latin1'),
    'The body was written as Latin-1 where UTF-8 came: its charset was changed. Keep its bytes as they come.',
  )
  return variants
}

/** The same JSON as it may have been written before, with what then happened to it. */
function serialisations(text: string): (readonly [string, string])[] {
  const value = jsonOf(text)
  if (value === undefined) return []
  const compact = compacted(text)
  const parsed = JSON.stringify(value)
  const because = 'The body was parsed and written again as JSON'
  const keep = 'Verify the bytes as they come, before anything parses them.'
  const pretty = `${because}: it came compact, and now has white space. ${keep}`
  const escapes = `${because}: it came with other escapes, such as \\u003c for <. ${keep}`
  const spaced = `${because}: it came with white space that is gone or changed. ${keep}`
  return [
    [compact, pretty],
    [parsed, pretty],
    [goEscaped(compact), escapes],
    [goEscaped(parsed), escapes],
    [asciiEscaped(compact), escapes],
    [JSON.stringify(value, null, 2), spaced],
    [`${JSON.stringify(value, null, 2)}\n`, spaced],
    [JSON.stringify(value, null, 4), spaced],
    [JSON.stringify(value, null, '\t'), spaced],
    [withSpaces(compact), spaced],
    [`${compact}\n`, `${because}: it came with a line end at its end. ${keep}`],
  ]
}

const stringOrSpace = /"(?:[^"\\]|\\.)*"|\s+/g
const stringOrMark = /"(?:[^"\\]|\\.)*"|[:,]/g

/** JSON without white space between its tokens; numbers and escapes stay as they are written. */
function compacted(json: string): string {
  return json.replace(stringOrSpace, (token) => (token.startsWith('"') ? token : ''))
}

/** As Python's json.dumps writes it: a space behind each colon and comma. */
function withSpaces(compact: string): string {
  return compact.replace(stringOrMark, (token) => (token.startsWith('"') ? token : `${token} `))
}

/** As Go's encoding/json writes it (https://pkg.go.dev/encoding/json#Marshal). */
function goEscaped(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, unicodeEscape)
}

function asciiEscaped(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, unicodeEscape)
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The secrets that may have signed when the one given does not fit. Never that one itself. */
export function secretsBeside(secret: string): readonly Variant<string>[] {
  const bare = secret.trim().replace(/^(["'])(.*)\1$/, '$2')
  const stray =
    'The secret that you gave has stray white space or quotes around it; the one that signs has none.'
  const all: Variant<string>[] = [
    { value: secret.trim(), finding: stray },
    { value: bare, finding: stray },
    ...['\n', '\r\n', ' '].map((end) => ({
      value: `${bare}${end}`,
      finding: `The secret that signs ends in ${end === ' ' ? 'a space' : 'a line end'}, which the one that you gave lacks: it was probably created from a file or with echo.`,
    })),
    {
      value: bare.startsWith('whsec_') ? bare.slice('whsec_'.length) : `whsec_${bare}`,
      finding: bare.startsWith('whsec_')
        ? 'The secret that signs has no whsec_ in front, and so signs as text.'
        : 'The secret that signs has whsec_ in front, which belongs to it.',
    },
  ]
  return all.filter(
    ({ value }, index) =>
      value !== '' && value !== secret && all.findIndex((other) => other.value === value) === index,
  )
}
