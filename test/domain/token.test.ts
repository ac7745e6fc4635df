import { describe, expect, it } from 'vitest'
import { allows, type TokenScope, tokenHash, tokenScopes } from '../../functions/domain/token.ts'

describe('tokenHash', () => {
  it('is SHA-256 in hex', () => {
    // FIPS 180-2, appendix B.1.
    expect(tokenHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('allows', () => {
  it.each<[readonly TokenScope[], readonly TokenScope[]]>([
    [[], []],
    [['admin'], ['admin', 'read']],
    [['read'], ['read']],
    [['publish'], ['publish']],
    [
      ['read', 'publish'],
      ['read', 'publish'],
    ],
    [
      ['publish', 'admin'],
      ['admin', 'read', 'publish'],
    ],
  ])('lets a token with %j do %j', (scopes, expected) => {
    expect(tokenScopes.filter((needed) => allows(scopes, needed))).toEqual(expected)
  })
})
