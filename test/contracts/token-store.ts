import { describe, expect, it } from 'vitest'
import type { AdminDeps } from '../../functions/api/admin-deps.ts'
import { tokenHash } from '../../functions/domain/token.ts'
import type { TokenFinder } from '../../functions/use-cases/authenticate.ts'
import { aToken, builtAt } from '../support/builders.ts'
import { idsOf, newestFirst, type Open, perTest, readAllBefore } from './harness.ts'

export interface TokenStorePorts {
  readonly tokens: TokenFinder & AdminDeps['tokens']
}

/** What every store of API tokens does. */
export function tokenStoreContract(name: string, open: Open<TokenStorePorts>): void {
  describe(`the token store of ${name}`, () => {
    const given = perTest(open)

    it('finds a token by its hash, expired or not', async () => {
      const { tokens } = given()
      const lasting = aToken({ name: 'naïve "name"', scopes: ['read', 'publish'] }, 'one')
      const expired = aToken({ scopes: ['admin'], expiresAt: builtAt - 1 }, 'two')
      for (const token of [lasting, expired]) await tokens.create(token)
      expect(await tokens.findByHash(tokenHash('one'))).toEqual(lasting)
      expect(await tokens.findByHash(tokenHash('two'))).toEqual(expired)
      expect(await tokens.findByHash(tokenHash('three'))).toBeUndefined()
    })

    it('finds a token as soon as it is there, and no longer once it was removed', async () => {
      const { tokens } = given()
      const token = aToken()
      expect(await tokens.findByHash(token.hash)).toBeUndefined()
      await tokens.create(token)
      expect(await tokens.findByHash(token.hash)).toEqual(token)
      expect(await tokens.remove(token.id)).toBe(true)
      expect(await tokens.findByHash(token.hash)).toBeUndefined()
      expect(await tokens.list({ limit: 10 })).toEqual([])
    })

    it('tells when there is no token to remove, and touches no other', async () => {
      const { tokens } = given()
      const token = aToken()
      await tokens.create(token)
      expect(await tokens.remove(aToken().id)).toBe(false)
      expect(await tokens.list({ limit: 10 })).toEqual([token])
    })

    it.each([1, 3, 5, 100])('lists every token once, newest first, in pages of %d', async (limit) => {
      const { tokens } = given()
      const all = [60_000, 0, 1, 0, 0].map((age, index) =>
        aToken({ createdAt: builtAt - age }, `token ${index}`),
      )
      for (const token of all) await tokens.create(token)
      expect(idsOf(await readAllBefore(limit, (range) => tokens.list(range)))).toEqual(newestFirst(all))
    })
  })
}
