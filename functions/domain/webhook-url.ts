import { type AddressPolicy, checkAddress } from './address-guard.ts'
import { parseAddress } from './ip-address.ts'

export interface UrlPolicy extends AddressPolicy {
  /** Also opens port 80, for http only. */
  readonly allowHttp: boolean
  readonly allowedPorts: readonly number[] | 'any'
}

/** `reason` is one sentence for the person who typed the URL; it never repeats the path or the query. */
export type UrlVerdict =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly reason: string }

/** The host as written, in lower case (an IPv6 literal keeps its brackets), or why it is refused. */
type RawHost = { readonly host: string } | { readonly reason: string }

const maxUrlCharacters = 2_048

/**
 * Judges a webhook's URL: on create, on update and before each send, since the policy may have changed meanwhile.
 * Names are not resolved here: each address that a name leads to goes through `checkAddress` at connect.
 *
 * The raw text is judged before the WHATWG parser sees it, because the parser repairs what it reads: it turns
 * `①②⑦.⓪.⓪.①`, `%31%32%37.0.0.1` and `127.0.<tab>0.1` all into 127.0.0.1 (https://url.spec.whatwg.org/#host-parsing).
 * Never throws.
 */
export function checkWebhookUrl(raw: string, policy: UrlPolicy): UrlVerdict {
  const reason = textProblem(raw) ?? schemeProblem(raw, policy)
  if (reason !== undefined) return { ok: false, reason }
  const read = readHost(raw)
  if ('reason' in read) return { ok: false, reason: read.reason }
  const url = URL.parse(raw)
  if (url === null) return { ok: false, reason: 'The URL cannot be read: check its host name and port.' }
  const problem = portProblem(url, policy) ?? hostProblem(read.host, url.hostname, policy)
  return problem === undefined ? { ok: true, url } : { ok: false, reason: problem }
}

function textProblem(raw: string): string | undefined {
  if (raw.length > maxUrlCharacters) return `The URL is too long: use at most ${maxUrlCharacters} characters.`
  // Control characters, halves of surrogate pairs, and the spaces of all scripts.
  if (/[\p{Cc}\p{Cs}\p{Z}]/u.test(raw)) {
    return 'The URL contains a space or a control character: remove it, or percent-encode it in the path or query.'
  }
  if (raw.includes('\\')) return 'The URL contains a backslash: use / instead.'
  if (raw.includes('#'))
    return 'The URL has a fragment, which is never sent: remove the # and what follows it.'
  return undefined
}

function schemeProblem(raw: string, { allowHttp }: UrlPolicy): string | undefined {
  if (/^https:\/\//i.test(raw)) return undefined
  if (!/^http:\/\//i.test(raw)) {
    return `Write a full URL that begins with https://${allowHttp ? ' or http://' : ''}.`
  }
  if (allowHttp) return undefined
  return 'Plain HTTP is not allowed here: use https://, or ask the operator to allow plain HTTP (ALLOW_HTTP).'
}

function readHost(raw: string): RawHost {
  const authority = raw.slice(raw.indexOf('//') + 2).split(/[/?]/, 1)[0] ?? ''
  if (authority.includes('@')) {
    return {
      reason: 'The URL has a user name or password, or an @ in its host: remove the @ and what precedes it.',
    }
  }
  if (authority.includes('%')) {
    return { reason: 'The host name is percent-encoded: write it in plain characters.' }
  }
  if (/[^\x21-\x7e]/.test(authority)) {
    return { reason: 'The host name has non-ASCII characters: write it in its ASCII form (xn--…).' }
  }
  const host = /^(\[[^\]]*\]|[^:[\]]*)(?::\d*)?$/.exec(authority)?.[1]?.toLowerCase()
  if (host === undefined) return { reason: 'The URL cannot be read: check its host name and port.' }
  if (withoutTrailingDot(host).split('.').includes('') && !host.startsWith('[')) {
    return { reason: 'The host name is empty or has an empty part: write it like hooks.example.com.' }
  }
  return { host }
}

function portProblem(url: URL, { allowedPorts }: UrlPolicy): string | undefined {
  if (allowedPorts === 'any') return undefined
  const isHttp = url.protocol === 'http:'
  const port = url.port === '' ? (isHttp ? 80 : 443) : Number(url.port)
  const open = isHttp ? [80, ...allowedPorts] : allowedPorts
  if (open.includes(port)) return undefined
  return `Port ${port} is not allowed here: use ${open.join(' or ')}, or ask the operator to allow it.`
}

function hostProblem(written: string, parsed: string, policy: UrlPolicy): string | undefined {
  const literal = parsed.replace(/^\[|\]$/g, '')
  if (parseAddress(literal) !== undefined) {
    const verdict = checkAddress(literal, policy)
    if (!verdict.allowed) {
      return `The address is not allowed (${verdict.rule}): use a public one, or ask the operator to allow its network.`
    }
  } else if (policy.allowedNetworks.length === 0 && isInternalName(withoutTrailingDot(parsed))) {
    return `The host name ${parsed} is internal: use a public one, or ask the operator to allow its network.`
  }
  // 0x7f.1, 2130706433 and the like: a later reader may understand them differently from this one.
  if (written !== parsed) return `The host is not in its canonical form: write it as ${parsed}.`
  return undefined
}

/** Names that no public DNS answers: one label, or RFC 6761 (localhost), RFC 6762 (local), ICANN 2024 (internal). */
function isInternalName(name: string): boolean {
  return !name.includes('.') || /\.(localhost|local|internal)$/.test(name)
}

function withoutTrailingDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host
}
