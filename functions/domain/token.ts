import { hash, timingSafeEqual } from 'node:crypto'

/** What a token may do: `admin` all of the admin API, `read` look at it, `publish` post events. */
export const tokenScopes = ['admin', 'read', 'publish'] as const
export type TokenScope = (typeof tokenScopes)[number]

/** An API token as it is stored: its hash, never itself. */
export interface Token {
  readonly id: string
  readonly name: string
  readonly hash: string
  readonly scopes: readonly TokenScope[]
  readonly createdAt: number
  readonly expiresAt: number | null
}

/** The hash that a token is found by: SHA-256 in hex. Tokens hold 256 random bits, so no slow hash is called for. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex')
}

/** Whether two hashes are the same, in constant time; one of another length is a plain no. */
export function isSameHash(one: string, other: string): boolean {
  const [bytes, otherBytes] = [Buffer.from(one), Buffer.from(other)]
  return bytes.length === otherBytes.length && timingSafeEqual(bytes, otherBytes)
}

/** Whether the scopes allow what needs `needed`; an admin may also read. */
export function allows(scopes: readonly TokenScope[], needed: TokenScope): boolean {
  return scopes.includes(needed) || (needed === 'read' && scopes.includes('admin'))
}
