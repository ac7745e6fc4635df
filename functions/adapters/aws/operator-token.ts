import { ExpiringCache } from '../../domain/expiring-cache.ts'
import { isSameHash, type Token, tokenHash, tokenScopes } from '../../domain/token.ts'
import type { TokenFinder } from '../../use-cases/authenticate.ts'

// A token is to be refused within a minute of its end; the rest of that is for the secret to reach all who read it.
const readAgainAfterMs = 30_000

/**
 * Finds the tokens of the table, and one that is in no table: the operator's, whose value is a secret of the deployment.
 * The secret is read when a token is not in the table, and remembered for half a minute as its hash.
 */
export class WithOperatorToken implements TokenFinder {
  readonly #tokens: TokenFinder
  readonly #readSecret: () => Promise<string>
  readonly #hashes: ExpiringCache<string>

  constructor(tokens: TokenFinder, readSecret: () => Promise<string>, now: () => number) {
    this.#tokens = tokens
    this.#readSecret = readSecret
    this.#hashes = new ExpiringCache({ maxAgeMs: readAgainAfterMs, maxEntries: 1 }, now)
  }

  async findByHash(hash: string): Promise<Token | undefined> {
    return (
      (await this.#tokens.findByHash(hash)) ??
      (isSameHash(hash, await this.#operatorHash()) ? operator(hash) : undefined)
    )
  }

  async #operatorHash(): Promise<string> {
    const known = this.#hashes.get('operator')
    if (known !== undefined) return known
    const hash = tokenHash(await this.#readSecret())
    this.#hashes.set('operator', hash)
    return hash
  }
}

/** The id is that of the embedded server's operator token. */
function operator(hash: string): Token {
  return {
    id: 'tok_0000000000000000',
    name: 'operator',
    hash,
    scopes: tokenScopes,
    createdAt: 0,
    expiresAt: null,
  }
}
