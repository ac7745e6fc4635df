import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  contains,
  formatAddress,
  InvalidNetwork,
  type IpAddress,
  parseAddress,
  parseNetwork,
} from '../../functions/domain/ip-address.ts'

const anyIPv4 = fc.bigInt(0n, 2n ** 32n - 1n).map((bits): IpAddress => ({ version: 4, bits }))
const anyGroup = fc.oneof(fc.constant(0n), fc.constant(0xffffn), fc.bigInt(0n, 0xffffn))
const anyIPv6 = fc
  .array(anyGroup, { minLength: 8, maxLength: 8 })
  .map(
    (groups): IpAddress => ({ version: 6, bits: groups.reduce((bits, group) => (bits << 16n) | group, 0n) }),
  )
const anyAddress = fc.oneof(anyIPv4, anyIPv6)
const anyAddressAndPrefix = anyAddress.chain((address) =>
  fc.tuple(fc.constant(address), fc.nat(address.version === 4 ? 32 : 128)),
)

function networkAround({ version, bits }: IpAddress, prefixLength: number) {
  const hostBits = BigInt((version === 4 ? 32 : 128) - prefixLength)
  return parseNetwork(`${formatAddress({ version, bits: (bits >> hostBits) << hostBits })}/${prefixLength}`)
}

describe('parseAddress', () => {
  it.each([
    ['0.0.0.0', 4, 0n],
    ['127.0.0.1', 4, 0x7f000001n],
    ['255.255.255.255', 4, 0xffffffffn],
    ['::', 6, 0n],
    ['::1', 6, 1n],
    ['1::', 6, 1n << 112n],
    ['1:2:3:4:5:6:7::', 6, 0x00010002000300040005000600070000n],
    ['::2:3:4:5:6:7:8', 6, 0x00000002000300040005000600070008n],
    ['2001:DB8::a', 6, 0x20010db800000000000000000000000an],
    ['::ffff:1.2.3.4', 6, 0xffff01020304n],
    ['1:2:3:4:5:6:7.8.9.10', 6, 0x0001000200030004000500060708090an],
  ])('reads %s', (text, version, bits) => {
    expect(parseAddress(text)).toEqual({ version, bits })
  })

  it.each([
    '',
    'localhost',
    '127.1',
    '127.0.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '01.2.3.4',
    '1.2.3.256',
    '1.2.3.4.',
    '1.2.3.4.5',
    '1..2.3',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '1.2.3.-4',
    '①.2.3.4',
    ':',
    ':::',
    '::::',
    '1::2::3',
    ':1::',
    '1::2:',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '12345::',
    'g::',
    '[::1]',
    '::1/128',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.04',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::ffff:0x7f.0.0.1',
    'fe80::1%eth0',
    'fe80::1%25eth0',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })

  it('agrees with Node on which texts are addresses', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ':',
        '::',
        '.',
        '0',
        '00',
        '01',
        '1',
        '255',
        '256',
        'ffff',
        'fffff',
        '1.2.3.4',
        'g',
        'x',
        '-',
      ),
    )
    const nearlyAddress = fc.array(piece, { maxLength: 16 }).map((pieces) => pieces.join(''))
    const groups = fc.array(fc.constantFrom('0', 'a', '::', 'ffff', ''), { maxLength: 10 })
    fc.assert(
      fc.property(
        fc.oneof(
          nearlyAddress,
          groups.map((each) => each.join(':')),
          fc.ipV4(),
          fc.ipV6(),
        ),
        (text) => {
          expect(parseAddress(text)?.version ?? 0).toBe(isIP(text))
        },
      ),
      { numRuns: 20_000 },
    )
  })
})

describe('formatAddress', () => {
  // RFC 5952 section 4
  it.each([
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['100:0:0:1::', '100:0:0:1::'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['10:10:10:10:0:0:10:100', '10:10:10:10::10:100'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['1.2.3.4', '1.2.3.4'],
  ])('writes %s as %s', (text, canonical) => {
    const address = parseAddress(text)
    expect(address && formatAddress(address)).toBe(canonical)
  })

  it('writes what parseAddress reads back, in the form that the URL parser uses', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const text = formatAddress(address)
        expect(parseAddress(text)).toEqual(address)
        expect(new URL(address.version === 4 ? `http://${text}` : `http://[${text}]`).host).toContain(text)
      }),
    )
  })
})

describe('parseNetwork', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8', 8],
    ['0.0.0.0/0', '0.0.0.0/0', 0],
    ['10.1.2.3', '10.1.2.3/32', 32],
    ['::1', '::1/128', 128],
    ['::/0', '::/0', 0],
    ['FD00::/8', 'fd00::/8', 8],
    ['::ffff:10.0.0.0/104', '::ffff:a00:0/104', 104],
  ])('reads %s', (text, canonical, prefixLength) => {
    expect(parseNetwork(text)).toMatchObject({ text: canonical, prefixLength })
  })

  it.each([
    ['10.0.0.1/8', 'host bits are set, write 10.0.0.0/8'],
    ['2001:db8::1/32', 'host bits are set, write 2001:db8::/32'],
    ['10.0.0.0/33', 'a number from 0 to 32'],
    ['::/129', 'a number from 0 to 128'],
    ['10.0.0.0/', 'a number from 0 to 32'],
    ['10.0.0.0/08', 'a number from 0 to 32'],
    ['10.0.0.0/8/8', 'a number from 0 to 32'],
    ['10.0.0.0/255.0.0.0', 'a number from 0 to 32'],
    ['10.0.0.0/-1', 'a number from 0 to 32'],
    ['10/8', 'write it like 10.0.0.0/8'],
    ['', 'write it like 10.0.0.0/8'],
    ['example.com', 'write it like 10.0.0.0/8'],
    ['fe80::%eth0/64', 'write it like 10.0.0.0/8'],
  ])('refuses %j: %s', (text, why) => {
    expect(() => parseNetwork(text)).toThrow(InvalidNetwork)
    expect(() => parseNetwork(text)).toThrow(why)
  })
})

describe('contains', () => {
  it('never matches an address of the other version', () => {
    expect(contains(parseNetwork('::/0'), { version: 4, bits: 1n })).toBe(false)
    expect(contains(parseNetwork('0.0.0.0/0'), { version: 6, bits: 1n })).toBe(false)
  })

  it('agrees with the BlockList of Node', () => {
    fc.assert(
      fc.property(anyAddressAndPrefix, anyAddress, fc.boolean(), ([seed, prefixLength], stranger, near) => {
        const network = networkAround(seed, prefixLength)
        const [base = ''] = network.text.split('/')
        const blocks = new BlockList()
        blocks.addSubnet(base, prefixLength, `ipv${seed.version}`)
        const address = near ? { version: seed.version, bits: seed.bits ^ 1n } : stranger
        // BlockList unwraps mapped addresses by itself, contains leaves that to the guard.
        fc.pre(address.version === seed.version)
        expect(contains(network, address)).toBe(blocks.check(formatAddress(address), `ipv${address.version}`))
      }),
    )
  })
})
