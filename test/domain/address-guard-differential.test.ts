import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { checkAddress } from '../../functions/domain/address-guard.ts'
import { contains, formatAddress, type IpAddress, parseNetwork } from '../../functions/domain/ip-address.ts'
import { registry } from '../../functions/domain/special-purpose-registry.ts'

type Verdict = 'allowed' | 'denied' | 'as the IPv4 address in it'

/** Where ours is meant to differ from "unicast is allowed, all else denied" of the library, and why. */
const exceptions = (
  [
    ['192.0.0.9/32', 'allowed', 'IANA: globally reachable; the library has the /24 around it only'],
    ['192.0.0.10/32', 'allowed', 'IANA: globally reachable; the library has the /24 around it only'],
    ['192.31.196.0/24', 'allowed', 'AS112: IANA says globally reachable'],
    ['192.175.48.0/24', 'allowed', 'AS112: IANA says globally reachable'],
    ['192.52.193.0/24', 'allowed', 'AMT: IANA says globally reachable'],
    ['::ffff:0:0/96', 'as the IPv4 address in it', 'mapped: the socket connects to that'],
    ['64:ff9b::/96', 'as the IPv4 address in it', 'NAT64: what an IPv6-only network has for IPv4'],
    ['2001:1::1/128', 'allowed', 'IANA: globally reachable; the library has the /23 around it only'],
    ['2001:1::2/128', 'allowed', 'IANA: globally reachable; the library has the /23 around it only'],
    ['2001:1::3/128', 'allowed', 'IANA: globally reachable; the library has the /23 around it only'],
    ['2001:3::/32', 'allowed', 'AMT: IANA says globally reachable'],
    ['2001:4:112::/48', 'allowed', 'AS112: IANA says globally reachable'],
    ['2001:20::/28', 'allowed', 'ORCHIDv2: IANA says globally reachable'],
    ['2001:30::/28', 'allowed', 'drone tags: IANA says globally reachable'],
    ['2620:4f:8000::/48', 'allowed', 'AS112: IANA says globally reachable'],
    // What IANA has not opened is unicast to the library (RFC 4291 §2.4); so are IPv4-compatible addresses.
    ['::/3', 'denied', 'IANA has opened 2000::/3 only'],
    ['4000::/2', 'denied', 'IANA has opened 2000::/3 only'],
    ['8000::/1', 'denied', 'IANA has opened 2000::/3 only'],
  ] satisfies [string, Verdict, string][]
)
  .map(([block, verdict]) => ({ network: parseNetwork(block), verdict }))
  .sort((one, other) => other.network.prefixLength - one.network.prefixLength)

const isIsatap = ({ version, bits }: IpAddress) =>
  version === 6 && ((bits >> 32n) & 0xfdff_ffffn) === 0x0000_5efen
const innerOf = ({ bits }: IpAddress): IpAddress => ({ version: 4, bits: bits & 0xffff_ffffn })

/** What the library and the exceptions make of an address. */
function expected(address: IpAddress): boolean {
  const exception = exceptions.find(({ network }) => contains(network, address))
  if (exception?.verdict === 'as the IPv4 address in it') return expected(innerOf(address))
  const isOpen =
    exception === undefined
      ? ipaddr.parse(formatAddress(address)).range() === 'unicast'
      : exception.verdict === 'allowed'
  return isOpen && (!isIsatap(address) || expected(innerOf(address)))
}

const widths = { 4: 32n, 6: 128n } as const
const anyOf = (version: 4 | 6) => fc.bigInt(0n, 2n ** widths[version] - 1n)
const anyAddress = fc
  .constantFrom<4 | 6>(4, 6)
  .chain((version) => anyOf(version).map((bits) => ({ version, bits })))
const networks = [...registry, ...exceptions].map(({ network }) => network)
const inBlock = fc
  .constantFrom(...networks)
  .chain(({ version, base, last }) => fc.bigInt(base, last).map((bits) => ({ version, bits })))
// Teredo hides the client's address with all bits turned over, and names its server in the bits before.
const forms: readonly ((ipv4: bigint, host: bigint) => bigint)[] = [
  (ipv4) => ipv4,
  (ipv4) => (0xffffn << 32n) | ipv4,
  (ipv4) => (0xffffn << 48n) | ipv4,
  (ipv4) => parseNetwork('64:ff9b::/96').base | ipv4,
  (ipv4, host) => parseNetwork('64:ff9b:1::/48').base | ((host & 0xffff_ffff_ffffn) << 32n) | ipv4,
  (ipv4, host) => (0x2002n << 112n) | (ipv4 << 80n) | host,
  (ipv4, host) => (0x2001_0000n << 96n) | (ipv4 << 64n) | host,
  (ipv4, host) => (0x2001_0000n << 96n) | ((host & 0xffff_ffffn) << 64n) | (ipv4 ^ 0xffff_ffffn),
  (ipv4, host) => (host << 64n) | (0x0000_5efen << 32n) | ipv4,
  (ipv4, host) => (host << 64n) | (0x0200_5efen << 32n) | ipv4,
  (ipv4, host) => (0x2606_4700n << 96n) | (((host & 0xffff_ffffn) << 64n) | (0x5efen << 32n) | ipv4),
]
const carrying = fc
  .tuple(fc.constantFrom(...forms), fc.oneof(anyOf(4), inV4Block()), fc.bigInt(0n, 2n ** 64n - 1n))
  .map(([form, ipv4, host]): IpAddress => ({ version: 6, bits: form(ipv4, host) }))

function inV4Block() {
  return fc
    .constantFrom(...networks.filter(({ version }) => version === 4))
    .chain(({ base, last }) => fc.bigInt(base, last))
}

const verdicts = (address: IpAddress) => {
  const text = formatAddress(address)
  return { text, allowed: checkAddress(text, { allowedNetworks: [] }).allowed }
}

describe('checkAddress beside ipaddr.js', () => {
  it.each([
    ['addresses all over', anyAddress, 5_000],
    ['addresses of the blocks of IANA and of the exceptions', inBlock, 20_000],
    ['IPv6 addresses that carry an IPv4 one', carrying, 20_000],
  ] as const)('agrees on %s, but for the exceptions', (_what, addresses, numRuns) => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(verdicts(address)).toEqual({ text: formatAddress(address), allowed: expected(address) })
      }),
      { numRuns },
    )
  })

  it('agrees at both ends of each block, inside and outside', () => {
    const ends = networks.flatMap(({ version, base, last }) =>
      [base - 1n, base, last, last + 1n]
        .filter((bits) => bits >= 0n && bits < 2n ** widths[version])
        .map((bits): IpAddress => ({ version, bits })),
    )
    expect(ends.map(verdicts)).toEqual(
      ends.map((address) => ({ text: formatAddress(address), allowed: expected(address) })),
    )
  })

  it('needs each of the exceptions', () => {
    const needless = exceptions.filter(({ network: { version, base, last }, verdict }) =>
      [base, last, (base + last) / 2n].every((bits) => {
        const isUnicast = ipaddr.parse(formatAddress({ version, bits })).range() === 'unicast'
        return verdict === (isUnicast ? 'allowed' : 'denied')
      }),
    )
    expect(needless).toEqual([])
  })
})
