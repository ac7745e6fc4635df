/** A text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

// curl sets these itself.
const ownHeaders = ['content-length', 'host', 'connection']

/** The curl command that sends a request as it was sent. Values that the log hides are to be filled in. */
export function asCurl(
  { method, url, headers }: { method: string; url: string; headers: Readonly<Record<string, string>> },
  body: string | null,
): string {
  const sent = Object.entries(headers).filter(([name]) => !ownHeaders.includes(name.toLowerCase()))
  const parts = [
    `curl -X ${method} ${quoted(url)}`,
    ...sent.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-binary ${quoted(body)}`]),
  ]
  return parts.join(' \\\n  ')
}
