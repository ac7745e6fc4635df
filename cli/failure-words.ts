// Failures before a request was sent: nothing can have been done.
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH'])

/** Why no answer came from the API, and what to do. `mayBeDone`: whether it matters that the request may have been heard. */
export function whyUnreachable(error: unknown, url: string, { mayBeDone }: { mayBeDone: boolean }): string {
  const code = codeOf(error)
  const words = wordsOf(code, error, url)
  return mayBeDone && !unsent.has(code)
    ? `${words} Whether it was done is not known: look before you do it again.`
    : words
}

function wordsOf(code: string, error: unknown, url: string): string {
  const { host } = new URL(url)
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing listens at ${url}. Start the service there (npm start), or log in elsewhere: outgoing-webhooks login --url <address>.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `There is no host ${host}, or its name cannot be looked up now. Log in elsewhere: outgoing-webhooks login --url <address>.`
    case 'TimeoutError':
      return `${url} did not answer within 35 s.`
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `${url} did not take the connection within 10 s.`
    default:
      return `${url} gave no answer: ${causeOf(error)}.`
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  // Every address of a name was tried; each failed in its own way.
  if (cause instanceof AggregateError) return codeOf(cause.errors[0])
  return error instanceof Error ? error.name : ''
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
