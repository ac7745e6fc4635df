import { contains, type IpAddress, type Network, parseNetwork } from './ip-address.ts'

export interface RegistryEntry {
  readonly network: Network
  readonly name: string
  /** The document that reserves the block, e.g. `RFC 1918`. */
  readonly source: string
  /** May a datagram to this block leave one administrative domain (RFC 8190)? IANA's "N/A" counts as no. */
  readonly globallyReachable: boolean
}

type Row = readonly [network: string, name: string, source: string, reach: 'global' | 'not global']

// IANA IPv4 Special-Purpose Address Registry, complete as of its update of 2025-10-09:
// https://www.iana.org/assignments/iana-ipv4-special-registry/
const ipv4SpecialPurpose: readonly Row[] = [
  ['0.0.0.0/8', 'This network', 'RFC 791', 'not global'],
  ['0.0.0.0/32', 'This host on this network', 'RFC 1122', 'not global'],
  ['10.0.0.0/8', 'Private-Use', 'RFC 1918', 'not global'],
  ['100.64.0.0/10', 'Shared Address Space', 'RFC 6598', 'not global'],
  ['127.0.0.0/8', 'Loopback', 'RFC 1122', 'not global'],
  ['169.254.0.0/16', 'Link Local', 'RFC 3927', 'not global'],
  ['172.16.0.0/12', 'Private-Use', 'RFC 1918', 'not global'],
  ['192.0.0.0/24', 'IETF Protocol Assignments', 'RFC 6890', 'not global'],
  ['192.0.0.0/29', 'IPv4 Service Continuity Prefix', 'RFC 7335', 'not global'],
  ['192.0.0.8/32', 'IPv4 dummy address', 'RFC 7600', 'not global'],
  ['192.0.0.9/32', 'Port Control Protocol Anycast', 'RFC 7723', 'global'],
  ['192.0.0.10/32', 'Traversal Using Relays around NAT Anycast', 'RFC 8155', 'global'],
  ['192.0.0.170/32', 'NAT64/DNS64 Discovery', 'RFC 8880', 'not global'],
  ['192.0.0.171/32', 'NAT64/DNS64 Discovery', 'RFC 8880', 'not global'],
  ['192.0.2.0/24', 'Documentation (TEST-NET-1)', 'RFC 5737', 'not global'],
  ['192.31.196.0/24', 'AS112-v4', 'RFC 7535', 'global'],
  ['192.52.193.0/24', 'AMT', 'RFC 7450', 'global'],
  ['192.88.99.0/24', 'Deprecated (6to4 Relay Anycast)', 'RFC 7526', 'not global'],
  ['192.88.99.2/32', '6a44-relay anycast address', 'RFC 6751', 'not global'],
  ['192.168.0.0/16', 'Private-Use', 'RFC 1918', 'not global'],
  ['192.175.48.0/24', 'Direct Delegation AS112 Service', 'RFC 7534', 'global'],
  ['198.18.0.0/15', 'Benchmarking', 'RFC 2544', 'not global'],
  ['198.51.100.0/24', 'Documentation (TEST-NET-2)', 'RFC 5737', 'not global'],
  ['203.0.113.0/24', 'Documentation (TEST-NET-3)', 'RFC 5737', 'not global'],
  ['240.0.0.0/4', 'Reserved', 'RFC 1112', 'not global'],
  ['255.255.255.255/32', 'Limited Broadcast', 'RFC 919', 'not global'],
]

// IANA IPv6 Special-Purpose Address Registry, complete as of its update of 2025-10-09:
// https://www.iana.org/assignments/iana-ipv6-special-registry/
const ipv6SpecialPurpose: readonly Row[] = [
  ['::1/128', 'Loopback Address', 'RFC 4291', 'not global'],
  ['::/128', 'Unspecified Address', 'RFC 4291', 'not global'],
  ['::ffff:0:0/96', 'IPv4-mapped Address', 'RFC 4291', 'not global'],
  ['64:ff9b::/96', 'IPv4-IPv6 Translation', 'RFC 6052', 'global'],
  ['64:ff9b:1::/48', 'IPv4-IPv6 Translation, local use', 'RFC 8215', 'not global'],
  ['100::/64', 'Discard-Only Address Block', 'RFC 6666', 'not global'],
  ['100:0:0:1::/64', 'Dummy IPv6 Prefix', 'RFC 9780', 'not global'],
  ['2001::/23', 'IETF Protocol Assignments', 'RFC 2928', 'not global'],
  ['2001::/32', 'Teredo', 'RFC 4380', 'not global'],
  ['2001:1::1/128', 'Port Control Protocol Anycast', 'RFC 7723', 'global'],
  ['2001:1::2/128', 'Traversal Using Relays around NAT Anycast', 'RFC 8155', 'global'],
  ['2001:1::3/128', 'DNS-SD Service Registration Protocol Anycast', 'RFC 9665', 'global'],
  ['2001:2::/48', 'Benchmarking', 'RFC 5180', 'not global'],
  ['2001:3::/32', 'AMT', 'RFC 7450', 'global'],
  ['2001:4:112::/48', 'AS112-v6', 'RFC 7535', 'global'],
  ['2001:10::/28', 'Deprecated (previously ORCHID)', 'RFC 4843', 'not global'],
  ['2001:20::/28', 'ORCHIDv2', 'RFC 7343', 'global'],
  ['2001:30::/28', 'Drone Remote ID Protocol Entity Tags', 'RFC 9374', 'global'],
  ['2001:db8::/32', 'Documentation', 'RFC 3849', 'not global'],
  ['2002::/16', '6to4', 'RFC 3056', 'not global'],
  ['2620:4f:8000::/48', 'Direct Delegation AS112 Service', 'RFC 7534', 'global'],
  ['3fff::/20', 'Documentation', 'RFC 9637', 'not global'],
  ['5f00::/16', 'Segment Routing (SRv6) SIDs', 'RFC 9602', 'not global'],
  ['fc00::/7', 'Unique-Local', 'RFC 4193', 'not global'],
  ['fe80::/10', 'Link-Local Unicast', 'RFC 4291', 'not global'],
]

// The two registries leave out multicast and, for IPv6, all that IANA has not opened for use. These rows come from
// https://www.iana.org/assignments/ipv6-address-space/ and https://www.iana.org/assignments/multicast-addresses/
const addressSpace: readonly Row[] = [
  ['0.0.0.0/0', 'Unicast', 'RFC 791', 'global'],
  ['224.0.0.0/4', 'Multicast', 'RFC 5771', 'not global'],
  ['::/0', 'Outside the global unicast space 2000::/3', 'RFC 4291', 'not global'],
  ['::/96', 'IPv4-compatible Address, deprecated', 'RFC 4291', 'not global'],
  ['2000::/3', 'Global Unicast', 'RFC 4291', 'global'],
  ['fec0::/10', 'Site-Local Unicast, deprecated', 'RFC 3879', 'not global'],
  ['ff00::/8', 'Multicast', 'RFC 4291', 'not global'],
]

/** All blocks, most specific first, so that the first hit is the one that IANA's registries let decide. */
export const registry: readonly RegistryEntry[] = [
  ...ipv4SpecialPurpose,
  ...ipv6SpecialPurpose,
  ...addressSpace,
]
  .map(([text, name, source, reach]) => {
    return { network: parseNetwork(text), name, source, globallyReachable: reach === 'global' }
  })
  .sort((one, other) => other.network.prefixLength - one.network.prefixLength)

const entriesOf = {
  4: registry.filter(({ network }) => network.version === 4),
  6: registry.filter(({ network }) => network.version === 6),
}

/** The most specific block that holds the address; every address has one, since both versions list a /0. */
export function registryEntryOf(address: IpAddress): RegistryEntry | undefined {
  return entriesOf[address.version].find(({ network }) => contains(network, address))
}
