/** What stands where a value is not to be shown. */
export const hidden = '[hidden]'

// Shorter values, such as `1` or `true`, are no secrets, and would be found in every other word.
const leastLength = 8

/**
 * The texts by which a request's secret header values would be known in an answer: each value, the credentials behind
 * its scheme (`Bearer …`), and both as JSON has them. The longest come first.
 */
export function tracesOf(values: readonly string[]): readonly string[] {
  if (values.length === 0) return []
  const traces = values.flatMap((value) => {
    const credentials = /^\S+ +(\S.*)$/.exec(value)?.[1]
    return credentials === undefined ? [value] : [value, credentials, ...basicTraces(value, credentials)]
  })
  const inJson = traces.map((trace) => JSON.stringify(trace).slice(1, -1))
  return [...new Set([...traces, ...inJson])]
    .filter(({ length }) => length >= leastLength)
    .sort((one, other) => other.length - one.length)
}

/** What a receiver that decodes basic credentials may answer with: both parts, and the password alone. */
function basicTraces(value: string, credentials: string): readonly string[] {
  if (!/^basic /i.test(value)) return []
  // As Latin-1, because answers are searched as bytes.
  const decoded = Buffer.from(credentials, 'base64').toString('latin1')
  return [decoded, decoded.slice(decoded.indexOf(':') + 1)]
}

/** Text with every trace hidden. Works on bytes as Latin-1 too: header values are ASCII. */
export function withoutTraces(text: string, traces: readonly string[]): string {
  return traces.reduce((left, trace) => left.replaceAll(trace, hidden), text)
}
