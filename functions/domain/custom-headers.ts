// Hop-by-hop fields (RFC 9110 §7.6.1) and those that decide how the request is framed or where it goes.
const forbidden = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'user-agent',
  'accept-encoding',
])

const ours = ['x-sourcegraph-', 'webhook-']

/** Most extra headers that a webhook may have. */
export const maxHeaders = 20

/** Why a header name cannot be set on a webhook; undefined when it can. */
export function headerNameProblem(name: string): string | undefined {
  const lower = name.toLowerCase()
  // The name itself, not its lower case: a Kelvin sign becomes a plain k there.
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name))
    return 'is not a header name (RFC 9110 §5.1): use letters, digits and hyphens'
  if (forbidden.has(lower)) return 'belongs to the connection, not to the message: it cannot be set'
  if (lower.startsWith('content-'))
    return 'describes the body, which is sent as it was accepted: it cannot be set'
  if (ours.some((prefix) => lower.startsWith(prefix)))
    return 'is set by this service on every request: choose another name'
  return undefined
}

/** Why a header value cannot be sent; undefined when it can. */
export function headerValueProblem(value: string): string | undefined {
  if (value.length > 4_096) return 'is longer than 4,096 characters'
  if (!/^[\t\x20-\x7e]*$/.test(value)) return 'has characters other than printable ASCII'
  if (value !== value.trim()) return 'begins or ends with white space, which receivers strip'
  return undefined
}
