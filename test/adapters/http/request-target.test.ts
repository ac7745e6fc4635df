import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestTarget } from '../../../functions/adapters/http/request-target.ts'

const targetOf = (rawUrl: string) => requestTarget(rawUrl, new URL(rawUrl))

describe('requestTarget', () => {
  it.each([
    ['https://example.com', '/'],
    ['https://example.com/', '/'],
    ['https://example.com:8443', '/'],
    ['https://example.com?a=1', '/?a=1'],
    ['https://example.com?a=/b', '/?a=/b'],
    ['https://example.com/hook?a=b&c=d?e', '/hook?a=b&c=d?e'],
    ['HTTPS://EXAMPLE.com/Hook', '/Hook'],
    ['https://[::1]:8443/a', '/a'],
    ['https://example.com//a', '//a'],
    ['https://example.com/http://b/c', '/http://b/c'],
  ])('of %s is %s', (rawUrl, target) => {
    expect(targetOf(rawUrl)).toBe(target)
  })

  it.each([
    '/a/../b',
    '/./a',
    '/%2e%2e/b',
    '/a%20b',
    '/%7Euser',
    '/%zz',
    '/a"b<c>d`e{f}|g^h',
    "/a'b?c='d'",
    '/a?b={"c":1}',
    '/;a=b',
    '/?',
    '/a?',
  ])('leaves %s as it stands, where the parser would tidy up', (target) => {
    expect(targetOf(`https://example.com${target}`)).toBe(target)
  })

  it.each([
    ['/é', '/%C3%A9'],
    ['/é/../b', '/b'],
    ['/a?b=é', '/a?b=%C3%A9'],
    ['?b=é', '/?b=%C3%A9'],
    ['/😀', '/%F0%9F%98%80'],
  ])('escapes %s, which cannot stand in a request line', (path, target) => {
    expect(targetOf(`https://example.com${path}`)).toBe(target)
  })

  it('fits a request line, and means the same as the URL', () => {
    const piece = fc.constantFrom(
      '/',
      '?',
      '..',
      '.',
      '%2e',
      'a',
      'é',
      '&',
      '=',
      '@',
      ':',
      '|',
      '"',
      '😀',
      ';',
    )
    const anyRest = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(fc.constantFrom('', '/', '?'), anyRest, (first, rest) => {
        const rawUrl = `https://example.com${first}${first === '' ? '' : rest}`
        const target = targetOf(rawUrl)
        expect(target).toMatch(/^\/[\x21-\x7e]*$/)
        const [asked, meant] = [new URL(`https://example.com${target}`), new URL(rawUrl)]
        expect([asked.pathname, asked.search]).toEqual([meant.pathname, meant.search])
      }),
    )
  })
})
