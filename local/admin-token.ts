import { tokenHash, tokenScopes } from '../functions/domain/token.ts'
import type { Engine } from './engine.ts'

// One row for the operator's own token, so that a new one takes the place of the old.
const id = 'tok_0000000000000000'

/**
 * Sees to it that there is a token to begin with: the one given, else one that is made at the first start.
 * @returns the token if it was made now; it is stored hashed and cannot be shown again.
 */
export async function ensureAdminToken(
  tokens: Engine['tokens'],
  {
    given,
    newTokenSecret,
    nowMs,
  }: { given: string | undefined; newTokenSecret: () => string; nowMs: number },
): Promise<string | undefined> {
  const known = (await tokens.list({ before: 'tok_0000000000000001', limit: 1 })).find(
    (token) => token.id === id,
  )
  if (given === undefined && known !== undefined) return undefined
  const secret = given ?? newTokenSecret()
  if (known?.hash === tokenHash(secret)) return undefined
  // The token given may be one that was made through the API: it becomes the operator's.
  const same = await tokens.findByHash(tokenHash(secret))
  for (const old of [known, same]) if (old !== undefined) await tokens.remove(old.id)
  await tokens.create({
    id,
    name: 'operator',
    hash: tokenHash(secret),
    scopes: tokenScopes,
    createdAt: nowMs,
    expiresAt: null,
  })
  return given === undefined ? secret : undefined
}
