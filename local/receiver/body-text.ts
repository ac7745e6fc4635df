const maxTextBytes = 4 * 1024
const maxJsonCharacters = 64 * 1024
const maxIndentLevels = 20

/**
 * A body for a person to read: JSON indented, anything else as text, at most 4 KiB of it (of JSON, 64 Ki characters).
 * JSON's tokens stay as they were sent: parsing would round large numbers and hide repeated keys.
 */
export function bodyText(body: Buffer): string {
  if (body.length === 0) return '(no body)'
  const json = indentedJson(body.toString('utf8'))
  if (json !== undefined) {
    const left = json.length - maxJsonCharacters
    return printable(json.slice(0, maxJsonCharacters)) + (left > 0 ? `\n… and ${left} more characters` : '')
  }
  const left = body.length - maxTextBytes
  const text = printable(body.toString('utf8', 0, maxTextBytes))
  return text + (left > 0 ? `\n… and ${left} more bytes` : '')
}

/** Text that cannot steer the terminal it is printed to: control characters other than tab and line feed are replaced. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/[^\P{Cc}\t\n]/gu, '\ufffd')
}

// A string, an empty object or array, a bracket, comma or colon, or a number or word; only used on what is known to be JSON.
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s"{}[\],:]+/g

function indentedJson(text: string): string | undefined {
  if (!isJson(text)) return undefined
  let level = 0
  const parts: string[] = []
  const newLine = () => `\n${'  '.repeat(Math.min(level, maxIndentLevels))}`
  for (const [part] of text.matchAll(token)) {
    if (part === '{' || part === '[') {
      level += 1
      parts.push(part, newLine())
    } else if (part === '}' || part === ']') {
      level -= 1
      parts.push(newLine(), part)
    } else if (part === ',') parts.push(part, newLine())
    else if (part === ':') parts.push(': ')
    else parts.push(part.startsWith('"') ? part : part.replace(/\s/g, ''))
  }
  return parts.join('')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
