import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNetwork } from '../../functions/domain/ip-address.ts'
import { checkWebhookUrl, type UrlPolicy } from '../../functions/domain/webhook-url.ts'
import { accepted, denied, refused } from '../support/url-corpus.ts'

const strict: UrlPolicy = { allowHttp: false, allowedPorts: [443, 8443], allowedNetworks: [] }
const withHttp: UrlPolicy = { ...strict, allowHttp: true }
const anyPort: UrlPolicy = { ...strict, allowedPorts: 'any' }
const inHouse: UrlPolicy = { ...strict, allowedNetworks: [parseNetwork('10.0.0.0/8')] }

function reasonFor(raw: string, policy = strict): string | undefined {
  const verdict = checkWebhookUrl(raw, policy)
  return verdict.ok ? undefined : verdict.reason
}

describe('checkWebhookUrl', () => {
  it.each([
    ['HTTPS://Hooks.Example.COM:443/Path?q=1@2', 'https://hooks.example.com/Path?q=1@2'],
    ['https://example.com:8443/a%20b', 'https://example.com:8443/a%20b'],
    ['https://example.com?redirect=http://127.0.0.1/', 'https://example.com/?redirect=http://127.0.0.1/'],
    ['https://example.com/é', 'https://example.com/%C3%A9'],
  ])('reads %s as %s', (raw, href) => {
    const verdict = checkWebhookUrl(raw, strict)
    expect(verdict.ok && verdict.url.href).toBe(href)
  })

  it.each(accepted)('accepts %j, whose host is %s', (raw, host) => {
    const verdict = checkWebhookUrl(raw, strict)
    expect(verdict.ok && verdict.url.hostname).toBe(host)
  })

  it('accepts 2,048 characters and refuses one more', () => {
    const longest = 'https://example.com/'.padEnd(2_048, 'a')
    expect(reasonFor(longest)).toBeUndefined()
    expect(reasonFor(`${longest}a`)).toBe('The URL is too long: use at most 2048 characters.')
  })

  it.each([...denied, ...refused])('refuses %j: %s', (raw, words) => {
    expect(reasonFor(raw)).toContain(words)
  })

  it('refuses the raw oddities on plain HTTP too', () => {
    expect(reasonFor('http://①②⑦.⓪.⓪.①', withHttp)).toContain('non-ASCII')
    expect(reasonFor('http://%31%32%37.0.0.1', withHttp)).toContain('percent-encoded')
    expect(reasonFor('http://2130706433', withHttp)).toContain('127.0.0.1')
  })

  it('never repeats the path or the query in a reason', () => {
    for (const raw of [
      'https://10.0.0.1/secret?secret',
      'https://localhost/secret',
      'https://x.com:22/?secret',
    ]) {
      expect(reasonFor(raw)).not.toContain('secret')
    }
  })
})

describe('checkWebhookUrl on schemes and ports', () => {
  it('refuses plain HTTP unless the operator allows it', () => {
    expect(reasonFor('http://example.com')).toBe(
      'Plain HTTP is not allowed here: use https://, or ask the operator to allow plain HTTP (ALLOW_HTTP).',
    )
    expect(reasonFor('http://example.com', withHttp)).toBeUndefined()
    expect(reasonFor('ftp://example.com', withHttp)).toBe(
      'Write a full URL that begins with https:// or http://.',
    )
  })

  it.each([
    ['https://example.com:22/', strict, false],
    ['https://example.com:80/', strict, false],
    ['https://example.com:80/', withHttp, false],
    ['http://example.com:80/', withHttp, true],
    ['http://example.com:8443/', withHttp, true],
    ['http://example.com:8080/', withHttp, false],
    ['https://example.com:22/', anyPort, true],
    ['https://example.com:8443/', strict, true],
    ['https://example.com:0443/', strict, true],
    ['https://example.com/', { ...strict, allowedPorts: [8443] }, false],
  ])('judges the port of %s', (raw, policy, accepted) => {
    expect(reasonFor(raw, policy) === undefined).toBe(accepted)
  })

  it('names the ports that are open', () => {
    expect(reasonFor('https://example.com:22/')).toBe(
      'Port 22 is not allowed here: use 443 or 8443, or ask the operator to allow it.',
    )
    expect(reasonFor('http://example.com:22/', withHttp)).toContain('use 80 or 443 or 8443')
  })
})

describe('checkWebhookUrl on addresses', () => {
  it('accepts an address of an allowed network, in canonical form only', () => {
    expect(reasonFor('https://10.1.2.3/', inHouse)).toBeUndefined()
    expect(reasonFor('https://0x0a.1.2.3/', inHouse)).toContain('write it as 10.1.2.3.')
    expect(reasonFor('https://192.168.0.1/', inHouse)).toContain('192.168.0.0/16')
  })
})

describe('checkWebhookUrl on names', () => {
  it.each(denied.filter(([, words]) => words === 'is internal'))(
    'accepts the internal name in %s when the operator allows a network',
    (raw) => {
      expect(reasonFor(raw, inHouse)).toBeUndefined()
    },
  )
})

describe('checkWebhookUrl on any text', () => {
  const piece = fc.constantFrom(
    'https://',
    'http://',
    '//',
    '/',
    '@',
    ':',
    '.',
    '%2e',
    '[',
    ']',
    '?',
    '#',
    '\\',
    '0',
  )
  const word = fc.constantFrom(
    '127.0.0.1',
    'example.com',
    '::1',
    '0x7f',
    '443',
    '①',
    '\t',
    'xn--',
    'localhost',
    'a',
  )
  const nearlyUrl = fc
    .tuple(fc.constantFrom('https://', 'http://', ''), fc.array(fc.oneof(piece, word), { maxLength: 8 }))
    .map(([scheme, rest]) => scheme + rest.join(''))

  it('never throws, and accepts only URLs whose host is the one in the text', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyUrl, fc.webUrl(), fc.string({ unit: 'binary' })), (raw) => {
        const verdict = checkWebhookUrl(raw, { ...withHttp, allowedPorts: 'any' })
        if (!verdict.ok) {
          expect(verdict.reason).toMatch(/^[A-Z].*\.$/)
          return
        }
        const { url } = verdict
        expect(raw.toLowerCase().startsWith(`${url.protocol}//${url.hostname}`)).toBe(true)
        expect(url.username + url.password + url.hash).toBe('')
        expect(url.hostname).not.toMatch(/^(localhost\.?|127(\.\d+){3}|\[::1\])$/)
      }),
      { numRuns: 20_000 },
    )
  })
})
