import { Unauthenticated } from '../domain/errors.ts'
import { isSameHash, type Token, tokenHash } from '../domain/token.ts'

export interface TokenFinder {
  /** The token with that hash, expired or not. */
  findByHash(hash: string): Promise<Token | undefined>
}

/**
 * The token that an `Authorization` header carries.
 * @throws Unauthenticated saying whether it is missing, malformed, unknown or expired.
 */
export async function authenticate(
  { tokens, now }: { tokens: TokenFinder; now: () => number },
  authorization: string | undefined,
): Promise<Token> {
  if (authorization === undefined) throw new Unauthenticated('Send a token: "Authorization: Bearer <token>".')
  const secret = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1]
  if (secret === undefined) throw new Unauthenticated('The Authorization header must read "Bearer <token>".')
  const hash = tokenHash(secret)
  const token = await tokens.findByHash(hash)
  if (token === undefined || !isSameHash(token.hash, hash)) {
    throw new Unauthenticated('There is no such token, or it was revoked.')
  }
  if (token.expiresAt !== null && token.expiresAt <= now()) {
    throw new Unauthenticated(
      `The token ${token.id} expired at ${new Date(token.expiresAt).toISOString()}. Create a new one.`,
    )
  }
  return token
}
