import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNetwork } from '../../functions/domain/ip-address.ts'
import { checkWebhookUrl, type UrlPolicy } from '../../functions/domain/webhook-url.ts'

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
    ['https://example.com', 'https://example.com/'],
    ['HTTPS://Hooks.Example.COM:443/Path?q=1@2', 'https://hooks.example.com/Path?q=1@2'],
    ['https://example.com:8443/a%20b', 'https://example.com:8443/a%20b'],
    ['https://example.com./x', 'https://example.com./x'],
    ['https://example.com/@user', 'https://example.com/@user'],
    ['https://example.com?redirect=http://127.0.0.1/', 'https://example.com/?redirect=http://127.0.0.1/'],
    ['https://example.com/é', 'https://example.com/%C3%A9'],
    ['https://xn--mnchen-3ya.example', 'https://xn--mnchen-3ya.example/'],
    ['https://a_b.example.com', 'https://a_b.example.com/'],
    ['https://8.8.8.8/hook', 'https://8.8.8.8/hook'],
    ['https://[2606:4700:4700::1111]:8443/', 'https://[2606:4700:4700::1111]:8443/'],
    ['https://[2606:4700:4700::AB]/', 'https://[2606:4700:4700::ab]/'],
    ['https://localhost.example.com', 'https://localhost.example.com/'],
    ['https://internal.com', 'https://internal.com/'],
  ])('accepts %s', (raw, href) => {
    const verdict = checkWebhookUrl(raw, strict)
    expect(verdict.ok && verdict.url.href).toBe(href)
  })

  it('accepts 2,048 characters and refuses one more', () => {
    const longest = 'https://example.com/'.padEnd(2_048, 'a')
    expect(reasonFor(longest)).toBeUndefined()
    expect(reasonFor(`${longest}a`)).toBe('The URL is too long: use at most 2048 characters.')
  })

  it.each([
    ['https://127.0.\t0.1/', 'a space or a control character'],
    ['https://exam\nple.com/', 'a space or a control character'],
    ['https://example.com/\r\nHost: evil', 'a space or a control character'],
    ['https://example.com/\0', 'a space or a control character'],
    ['https://example.com/\x7f', 'a space or a control character'],
    ['https://example.com/\x85', 'a space or a control character'],
    [' https://example.com', 'a space or a control character'],
    ['https://example.com ', 'a space or a control character'],
    ['https://example.com/a b', 'a space or a control character'],
    ['https://example.com/\u00a0', 'a space or a control character'],
    ['https://example.com/\u2028', 'a space or a control character'],
    ['https://example.com/\ud800', 'a space or a control character'],
    ['https://example.com\\@evil.example', 'a backslash'],
    ['https:\\\\example.com', 'a backslash'],
    ['https://example.com/#', 'a fragment'],
    ['https://example.com#@evil.example/', 'a fragment'],
    ['', 'begins with https://.'],
    ['example.com', 'begins with https://.'],
    ['//example.com', 'begins with https://.'],
    ['https:example.com', 'begins with https://.'],
    ['https:/example.com', 'begins with https://.'],
    ['ftp://example.com', 'begins with https://.'],
    ['file:///etc/passwd', 'begins with https://.'],
    ['javascript:alert(1)', 'begins with https://.'],
    ['data:text/plain,x', 'begins with https://.'],
    ['https://@example.com', 'a user name or password'],
    ['https://:@example.com', 'a user name or password'],
    ['https://user:pass@example.com', 'a user name or password'],
    ['https://example.com:443@evil.example', 'a user name or password'],
    ['https://%31%32%37.0.0.1', 'percent-encoded'],
    ['https://example.com%2f@evil.example', 'a user name or password'],
    ['https://example%2ecom', 'percent-encoded'],
    ['https://[fe80::1%25eth0]/', 'percent-encoded'],
    ['https://①②⑦.⓪.⓪.①', 'non-ASCII'],
    ['https://127。0。0。1', 'non-ASCII'],
    ['https://münchen.example', 'non-ASCII'],
    ['https://exam\u00adple.com', 'non-ASCII'],
    ['https://example.com:４４３', 'non-ASCII'],
    ['https://', 'empty'],
    ['https:///example.com', 'empty'],
    ['https://?x', 'empty'],
    ['https://:443/', 'empty'],
    ['https://.', 'empty'],
    ['https://.example.com', 'empty'],
    ['https://a..example.com', 'empty'],
    ['https://example.com../', 'empty'],
    ['https://example.com:99999/', 'cannot be read'],
    ['https://example.com:443:443/', 'cannot be read'],
    ['https://example.com:https/', 'cannot be read'],
    ['https://[::1/', 'cannot be read'],
    ['https://[::1]x/', 'cannot be read'],
    ['https://a|b.example.com/', 'cannot be read'],
    ['https://example.1/', 'cannot be read'],
    ['https://1.2.3.256/', 'cannot be read'],
  ])('refuses %j: %s', (raw, words) => {
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
  it.each([
    ['https://127.0.0.1/', '127.0.0.0/8'],
    ['https://127.0.0.1./', '127.0.0.0/8'],
    ['https://127.1/', '127.0.0.0/8'],
    ['https://0x7f.1/', '127.0.0.0/8'],
    ['https://0X7F000001/', '127.0.0.0/8'],
    ['https://017700000001/', '127.0.0.0/8'],
    ['https://0177.0.0.1/', '127.0.0.0/8'],
    ['https://2130706433/', '127.0.0.0/8'],
    ['https://0/', '0.0.0.0/32'],
    ['https://169.254.169.254/latest/meta-data', '169.254.0.0/16'],
    ['https://[::1]/', '::1/128'],
    ['https://[::]/', '::/128'],
    ['https://[0:0:0:0:0:0:0:1]/', '::1/128'],
    ['https://[::ffff:127.0.0.1]/', '127.0.0.0/8'],
    ['https://[64:ff9b::a9fe:a9fe]/', '169.254.0.0/16'],
    ['https://[fd00:ec2::254]/', 'fc00::/7'],
  ])('refuses %s by %s', (raw, block) => {
    expect(reasonFor(raw)).toContain(`is in ${block}`)
  })

  it.each([
    ['https://134744072/', '8.8.8.8'],
    ['https://0x08.8.8.8/', '8.8.8.8'],
    ['https://010.8.8.8/', '8.8.8.8'],
    ['https://8.8.2056/', '8.8.8.8'],
    ['https://8.8.8.8./', '8.8.8.8'],
    ['https://[2606:4700:4700:0::1111]/', '[2606:4700:4700::1111]'],
    ['https://[::ffff:8.8.8.8]/', '[::ffff:808:808]'],
  ])('asks to write the public address %s as %s', (raw, canonical) => {
    expect(reasonFor(raw)).toBe(`The host is not in its canonical form: write it as ${canonical}.`)
  })

  it('accepts an address of an allowed network, in canonical form only', () => {
    expect(reasonFor('https://10.1.2.3/', inHouse)).toBeUndefined()
    expect(reasonFor('https://0x0a.1.2.3/', inHouse)).toContain('write it as 10.1.2.3.')
    expect(reasonFor('https://192.168.0.1/', inHouse)).toContain('192.168.0.0/16')
  })
})

describe('checkWebhookUrl on names', () => {
  it.each([
    'https://localhost/',
    'https://LOCALHOST./',
    'https://app.localhost/',
    'https://printer.local/',
    'https://printer.local./',
    'https://ip-10-0-0-1.ec2.internal/',
    'https://jenkins/',
    'https://jenkins.:8443/',
  ])('refuses %s unless the operator allows networks', (raw) => {
    expect(reasonFor(raw)).toContain('is internal')
    expect(reasonFor(raw, inHouse)).toBeUndefined()
  })
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
