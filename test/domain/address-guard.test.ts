import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AddressPolicy, checkAddress } from '../../functions/domain/address-guard.ts'
import { formatAddress, parseNetwork } from '../../functions/domain/ip-address.ts'
import { registry } from '../../functions/domain/special-purpose-registry.ts'

type Block = [block: string, first: string, last: string, before?: string | undefined, after?: string]

const publicOnly: AddressPolicy = { allowedNetworks: [] }
const allowing = (...networks: string[]): AddressPolicy => ({ allowedNetworks: networks.map(parseNetwork) })
const isAllowed = (address: string, policy = publicOnly) => checkAddress(address, policy).allowed

// Block, first address, last address, and the neighbours on both sides where those are public.
const deniedBlocks: Block[] = [
  ['0.0.0.0/8', '0.0.0.0', '0.255.255.255', undefined, '1.0.0.0'],
  ['0.0.0.0/32', '0.0.0.0', '0.0.0.0'],
  ['10.0.0.0/8', '10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64.0.0/10', '100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127.0.0.0/8', '127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['169.254.0.0/16', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16.0.0/12', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0.0/24', '192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.0.0/29', '192.0.0.0', '192.0.0.7', '191.255.255.255'],
  ['192.0.0.8/32', '192.0.0.8', '192.0.0.8', undefined, '192.0.0.9'],
  ['192.0.0.170/32', '192.0.0.170', '192.0.0.170'],
  ['192.0.0.171/32', '192.0.0.171', '192.0.0.171'],
  ['192.0.2.0/24', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.88.99.0/24', '192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.88.99.2/32', '192.88.99.2', '192.88.99.2'],
  ['192.168.0.0/16', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['198.18.0.0/15', '198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0/24', '198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0/24', '203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0/4', '224.0.0.0', '239.255.255.255', '223.255.255.255'],
  ['240.0.0.0/4', '240.0.0.0', '255.255.255.255'],
  ['255.255.255.255/32', '255.255.255.255', '255.255.255.255'],
  ['::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['::/96', '::', '::255.255.255.255'],
  ['::/128', '::', '::'],
  ['::1/128', '::1', '::1'],
  ['::ffff:0:0/96', '::ffff:0.0.0.0', '::ffff:255.255.255.255'],
  ['64:ff9b:1::/48', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['100::/64', '100::', '100::ffff:ffff:ffff:ffff'],
  ['100:0:0:1::/64', '100:0:0:1::', '100:0:0:1:ffff:ffff:ffff:ffff'],
  ['2001::/23', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2000:ffff:ffff:ffff::', '2001:200::'],
  ['2001::/32', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff', '2000:ffff:ffff:ffff::'],
  ['2001:2::/48', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
  ['2001:10::/28', '2001:10::', '2001:1f:ffff:ffff:ffff:ffff:ffff:ffff', undefined, '2001:20::'],
  ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7:ffff::', '2001:db9::'],
  ['2002::/16', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:ffff:ffff::', '2003::'],
  ['3fff::/20', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', '3ffe:ffff:ffff::', '3fff:1000::'],
  ['5f00::/16', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fc00::/7', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fe80::/10', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fec0::/10', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['ff00::/8', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
]

// Block, an address at each end, and the neighbours where those are denied.
const reachableBlocks: Block[] = [
  ['0.0.0.0/0', '1.0.0.0', '223.255.255.255', '0.255.255.255', '224.0.0.0'],
  ['192.0.0.9/32', '192.0.0.9', '192.0.0.9', '192.0.0.8'],
  ['192.0.0.10/32', '192.0.0.10', '192.0.0.10', undefined, '192.0.0.11'],
  ['192.31.196.0/24', '192.31.196.0', '192.31.196.255'],
  ['192.52.193.0/24', '192.52.193.0', '192.52.193.255'],
  ['192.175.48.0/24', '192.175.48.0', '192.175.48.255'],
  ['64:ff9b::/96', '64:ff9b::1.0.0.0', '64:ff9b::223.255.255.255', '64:ff9a:ffff::', '64:ff9b::1:0:0'],
  ['2000::/3', '2000::', '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '1fff:ffff:ffff:ffff::', '4000::'],
  ['2001:1::1/128', '2001:1::1', '2001:1::1', '2001:1::'],
  ['2001:1::2/128', '2001:1::2', '2001:1::2'],
  ['2001:1::3/128', '2001:1::3', '2001:1::3', undefined, '2001:1::4'],
  ['2001:3::/32', '2001:3::', '2001:3:ffff:ffff:ffff:ffff:ffff:ffff', '2001:2:ffff:ffff::', '2001:4::'],
  [
    '2001:4:112::/48',
    '2001:4:112::',
    '2001:4:112:ffff:ffff:ffff:ffff:ffff',
    '2001:4:111:ffff::',
    '2001:4:113::',
  ],
  ['2001:20::/28', '2001:20::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff', '2001:1f:ffff:ffff::'],
  ['2001:30::/28', '2001:30::', '2001:3f:ffff:ffff:ffff:ffff:ffff:ffff', undefined, '2001:40::'],
  ['2620:4f:8000::/48', '2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
]

const deniedIPv4 = fc
  .constantFrom(...registry.filter((entry) => entry.network.version === 4 && !entry.globallyReachable))
  .chain(({ network }) => fc.bigInt(network.base, network.last))
  .filter((bits) => !isAllowed(formatAddress({ version: 4, bits })))
const anyIPv4 = fc.bigInt(0n, 2n ** 32n - 1n)

/** Every way known to this test to write an IPv4 destination as an IPv6 address. */
function wrappings(ipv4: bigint): string[] {
  const prefixed = (prefix: string, shift: bigint) => {
    return formatAddress({ version: 6, bits: parseNetwork(prefix).base | (ipv4 << shift) })
  }
  const teredo = formatAddress({ version: 6, bits: parseNetwork('2001::').base | (ipv4 ^ 0xffff_ffffn) })
  return [
    teredo,
    prefixed('2001::', 64n),
    prefixed('::', 0n),
    prefixed('::ffff:0:0', 0n),
    prefixed('::ffff:0:0:0', 0n),
    prefixed('64:ff9b::', 0n),
    prefixed('64:ff9b:1::', 0n),
    prefixed('2002::', 80n),
    prefixed('2600::5efe:0:0', 0n),
    prefixed('2600::200:5efe:0:0', 0n),
    prefixed('fe80::5efe:0:0', 0n),
  ]
}

describe('checkAddress', () => {
  it('has a case below for each entry of the registry', () => {
    const covered = [...deniedBlocks, ...reachableBlocks].map(([block]) => block)
    expect(covered.sort()).toEqual(registry.map(({ network }) => network.text).sort())
  })

  it.each(deniedBlocks)(
    'denies %s from %s to %s, and not its public neighbours',
    (_, first, last, before, after) => {
      expect(isAllowed(first)).toBe(false)
      expect(isAllowed(last)).toBe(false)
      expect(before === undefined || isAllowed(before)).toBe(true)
      expect(after === undefined || isAllowed(after)).toBe(true)
    },
  )

  it.each(reachableBlocks)(
    'allows %s from %s to %s, and not its denied neighbours',
    (_, first, last, before, after) => {
      expect(isAllowed(first)).toBe(true)
      expect(isAllowed(last)).toBe(true)
      expect(before !== undefined && isAllowed(before)).toBe(false)
      expect(after !== undefined && isAllowed(after)).toBe(false)
    },
  )

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '140.82.112.3',
    '52.94.236.248',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
    '2600:1f18::1',
    '2a00:1450:4001:80b::200e',
    '::ffff:8.8.8.8',
    '::FFFF:808:808',
    '64:ff9b::8.8.8.8',
    '2606:4700::5efe:8.8.8.8',
  ])('allows the public address %s', (address) => {
    expect(checkAddress(address, publicOnly)).toEqual({ allowed: true })
  })

  it.each([
    ['127.0.0.1', '127.0.0.1 is in 127.0.0.0/8 (Loopback, RFC 1122)'],
    ['169.254.169.254', '169.254.169.254 is in 169.254.0.0/16 (Link Local, RFC 3927)'],
    ['fd00:ec2::254', 'fd00:ec2::254 is in fc00::/7 (Unique-Local, RFC 4193)'],
    ['4000::1', '4000::1 is in ::/0 (Outside the global unicast space 2000::/3, RFC 4291)'],
    ['2002:808:808::1', '2002:808:808::1 is in 2002::/16 (6to4, RFC 3056)'],
    ['::8.8.8.8', '::808:808 is in ::/96 (IPv4-compatible Address, deprecated, RFC 4291)'],
    [
      '::ffff:169.254.169.254',
      '::ffff:a9fe:a9fe carries an IPv4 address: 169.254.169.254 is in 169.254.0.0/16 (Link Local, RFC 3927)',
    ],
    [
      '64:ff9b::10.0.0.1',
      '64:ff9b::a00:1 carries an IPv4 address: 10.0.0.1 is in 10.0.0.0/8 (Private-Use, RFC 1918)',
    ],
  ])('says in words why %s is denied', (address, rule) => {
    expect(checkAddress(address, publicOnly)).toEqual({ allowed: false, rule })
  })

  it.each(['', 'example.com', '127.1', '0x7f.0.0.1', '[::1]', 'fe80::1%eth0', '1.1.1.1\n'])(
    'denies %j, which is not an address',
    (text) => {
      expect(checkAddress(text, allowing('0.0.0.0/0', '::/0'))).toEqual({
        allowed: false,
        rule: `${JSON.stringify(text)} is not an IP address`,
      })
    },
  )

  it('denies an address of a denied IPv4 block in every IPv6 wrapping', () => {
    fc.assert(
      fc.property(deniedIPv4, (ipv4) => {
        expect(wrappings(ipv4).filter((address) => isAllowed(address))).toEqual([])
      }),
    )
  })

  it('judges a mapped or translated address like the IPv4 address it carries', () => {
    fc.assert(
      fc.property(anyIPv4, (bits) => {
        const quad = formatAddress({ version: 4, bits })
        expect(isAllowed(`::ffff:${quad}`)).toBe(isAllowed(quad))
        expect(isAllowed(`64:ff9b::${quad}`)).toBe(isAllowed(quad))
      }),
    )
  })

  it('denies every IPv6 address outside 2000::/3 that carries no IPv4 address', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 128n - 1n), (bits) => {
        fc.pre(bits >> 125n !== 1n && bits >> 32n !== 0xffffn && bits >> 32n !== 0x0064ff9b0000000000000000n)
        expect(isAllowed(formatAddress({ version: 6, bits }))).toBe(false)
      }),
    )
  })
})

describe('checkAddress with networks of the operator', () => {
  it('allows whatever lies in one of them', () => {
    const anyWhere = fc.constantFrom<4 | 6>(4, 6).chain((version) => {
      const width = version === 4 ? 32 : 128
      return fc.record({
        version: fc.constant(version),
        bits: fc.bigInt(0n, 2n ** BigInt(width) - 1n),
        hostBits: fc.nat(width).map(BigInt),
        width: fc.constant(width),
      })
    })
    fc.assert(
      fc.property(anyWhere, ({ version, bits, hostBits, width }) => {
        const base = formatAddress({ version, bits: (bits >> hostBits) << hostBits })
        const policy = allowing(`${base}/${width - Number(hostBits)}`)
        expect(isAllowed(formatAddress({ version, bits }), policy)).toBe(true)
      }),
    )
  })

  it.each(['10.1.2.3', '::ffff:10.1.2.3', '64:ff9b::10.1.2.3', '2606:4700::5efe:10.1.2.3'])(
    'allows %s when 10.0.0.0/8 is open',
    (address) => {
      expect(isAllowed(address, allowing('10.0.0.0/8'))).toBe(true)
    },
  )

  it.each([
    '11.0.0.0',
    '192.168.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '2002:a01:203::1',
    'fe80::5efe:10.1.2.3',
  ])('judges %s as ever when 10.0.0.0/8 is open', (address) => {
    expect(isAllowed(address, allowing('10.0.0.0/8'))).toBe(isAllowed(address))
  })

  it('allows a tunnel prefix only when that prefix itself is open', () => {
    expect(isAllowed('2002:a01:203::1', allowing('2002::/16'))).toBe(true)
  })
})
