import { describe, expect, it } from 'vitest'
import { allows, isSameHash, type TokenScope, tokenHash, tokenScopes } from '../../functions/domain/token.ts'

describe('tokenHash', () => {
  it('is SHA-256 in hex', () => {
    // FIPS 180-2, appendix B.1.
    expect(tokenHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('isSameHash', () => {
  it.each([
    [tokenHash('abc'), true],
    [tokenHash('abd'), false],
    [tokenHash('abc').toUpperCase(), false],
    [tokenHash('abc').slice(1), false],
    [`${tokenHash('abc')}0`, false],
    ['', false],
    ['é'.repeat(32), false],
  ])('of the hash of abc and %j is %s', (other, expected) => {
    expect(isSameHash(tokenHash('abc'), other)).toBe(expected)
    expect(isSameHash(other, tokenHash('abc'))).toBe(expected)
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
