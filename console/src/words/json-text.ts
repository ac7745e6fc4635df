/**
 * JSON with a line for each member, every number and string exactly as it came; undefined when the text is no JSON.
 * Parsed and written again, long numbers would be others, and one of two members of the same name would be gone.
 */
export function prettyJson(text: string): string | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  let level = 0
  let pretty = ''
  const line = () => `\n${'  '.repeat(level)}`
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1]
    if (token === '}' || token === ']') {
      level--
      pretty += before === '{' || before === '[' ? token : line() + token
      continue
    }
    if (before === '{' || before === '[' || before === ',') pretty += line()
    pretty += token === ':' ? ': ' : token
    if (token === '{' || token === '[') level++
  }
  return pretty
}
