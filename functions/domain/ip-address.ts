/** An address as a number: 32 bits for version 4, 128 for version 6, network byte order. */
export interface IpAddress {
  readonly version: 4 | 6
  readonly bits: bigint
}

/** A block of addresses, `base` to `last` inclusive. `text` is its canonical CIDR form, e.g. `10.0.0.0/8`. */
export interface Network {
  readonly version: 4 | 6
  readonly base: bigint
  readonly last: bigint
  readonly prefixLength: number
  readonly text: string
}

export class InvalidNetwork extends Error {
  override readonly name = 'InvalidNetwork'
  readonly text: string

  constructor(text: string, why: string) {
    super(`${JSON.stringify(text)} is not a network: ${why}`)
    this.text = text
  }
}

const longestLiteral = 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255'.length
const width: Readonly<Record<4 | 6, number>> = { 4: 32, 6: 128 }

/**
 * Reads an IPv4 or IPv6 literal, without brackets. Of the many historical IPv4 notations only four decimal
 * numbers without leading zeros are read, because other readers disagree on the rest (010 is 8 or 10); a zone id
 * (`fe80::1%eth0`) is refused, because it names an interface of this machine.
 * Forms: RFC 4291 section 2.2. Returns undefined for everything else.
 */
export function parseAddress(text: string): IpAddress | undefined {
  if (text.length > longestLiteral) return undefined
  const version = text.includes(':') ? 6 : 4
  const bits = version === 6 ? parseV6(text) : parseV4(text)
  return bits === undefined ? undefined : { version, bits }
}

/** The canonical text: a dotted quad, or RFC 5952 section 4 (lower case, longest run of zeros as `::`). */
export function formatAddress({ version, bits }: IpAddress): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.')
  const groups = (bits.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).map((group) =>
    group.replace(/^0{1,3}/, ''),
  )
  const runs = groups.join(':').match(/\b0(?::0)+\b/g) ?? []
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  if (longest === '') return groups.join(':')
  const [head = '', tail = ''] = splitOnce(`:${groups.join(':')}:`, `:${longest}:`)
  return `${head.slice(1)}::${tail.slice(0, -1)}`
}

/**
 * Reads CIDR notation; a bare address is a network of one.
 * Throws InvalidNetwork, with what to write instead, when it is not one or when host bits are set.
 */
export function parseNetwork(text: string): Network {
  const [addressText = '', lengthText] = splitOnce(text, '/')
  const address = parseAddress(addressText)
  if (address === undefined) throw new InvalidNetwork(text, 'write it like 10.0.0.0/8 or fd00::/8')
  const { version, bits } = address
  const prefixLength = lengthText === undefined ? width[version] : Number(lengthText)
  if (lengthText !== undefined && (!/^(0|[1-9]\d{0,2})$/.test(lengthText) || prefixLength > width[version])) {
    throw new InvalidNetwork(text, `the prefix length must be a number from 0 to ${width[version]}`)
  }
  const hostMask = (1n << BigInt(width[version] - prefixLength)) - 1n
  const base = bits & ~hostMask
  const canonical = `${formatAddress({ version, bits: base })}/${prefixLength}`
  if (base !== bits) throw new InvalidNetwork(text, `host bits are set, write ${canonical}`)
  return { version, base, last: base | hostMask, prefixLength, text: canonical }
}

/** Whether the address lies in the network. Versions never match each other: unwrap a mapped address first. */
export function contains(network: Network, address: IpAddress): boolean {
  return network.version === address.version && network.base <= address.bits && address.bits <= network.last
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined
  }
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}

function parseV6(text: string): bigint | undefined {
  const [headText = '', tailText] = splitOnce(withoutQuad(text), '::')
  const head = hexGroups(headText)
  const tail = hexGroups(tailText ?? '')
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (tailText === undefined ? missing !== 0 : missing < 1) return undefined
  return BigInt(`0x${head.join('')}${'0000'.repeat(missing)}${tail.join('')}`)
}

/** `::ffff:1.2.3.4` as `::ffff:0102:0304`; a text that does not end in a dotted quad comes back unchanged. */
function withoutQuad(text: string): string {
  const quadAt = text.lastIndexOf(':') + 1
  const bits = parseV4(text.slice(quadAt))
  if (bits === undefined) return text
  const hex = bits.toString(16).padStart(8, '0')
  return `${text.slice(0, quadAt)}${hex.slice(0, 4)}:${hex.slice(4)}`
}

/** Each group as four hex digits. */
function hexGroups(text: string): string[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.map((group) => group.padStart(4, '0'))
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
