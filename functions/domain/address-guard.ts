import {
  contains,
  formatAddress,
  type IpAddress,
  type Network,
  parseAddress,
  parseNetwork,
} from './ip-address.ts'
import { registryEntryOf } from './special-purpose-registry.ts'

export interface AddressPolicy {
  /** Networks the operator opened, on top of the public internet. */
  readonly allowedNetworks: readonly Network[]
}

/** `rule` is one clause for an admin's log, e.g. `127.0.0.1 is in 127.0.0.0/8 (Loopback, RFC 1122)`. */
export type AddressVerdict = { readonly allowed: true } | { readonly allowed: false; readonly rule: string }

const allowed: AddressVerdict = { allowed: true }

// Spellings of an IPv4 destination: what is connected to is the inner address, so the inner address is judged.
// DNS64 answers with the NAT64 prefix for each IPv4-only receiver (RFC 6147), so denying it whole would cut those off.
const ipv4Carriers = [parseNetwork('::ffff:0:0/96'), parseNetwork('64:ff9b::/96')]

/**
 * Decides whether a webhook may be sent to an address. Pass every address of a DNS answer, and the socket's
 * remote address; one denied address denies all.
 *
 * The operator's networks win, for the address as given and for the IPv4 address it carries. Else IANA's most
 * specific entry decides: IPv4 is open unless listed, IPv6 is closed outside 2000::/3. IPv4-compatible, 6to4, Teredo
 * and local-use NAT64 addresses are denied whole: no receiver is reached by them on today's internet.
 * Never throws; a text that is no address (also one with a zone id) is denied.
 */
export function checkAddress(address: string, policy: AddressPolicy): AddressVerdict {
  const parsed = parseAddress(address)
  if (parsed === undefined) return denied(`${JSON.stringify(address.slice(0, 64))} is not an IP address`)
  return judge(parsed, policy)
}

function judge(address: IpAddress, policy: AddressPolicy): AddressVerdict {
  if (policy.allowedNetworks.some((network) => contains(network, address))) return allowed

  if (ipv4Carriers.some((carrier) => contains(carrier, address))) return judgeInner(address, policy)

  if (isIsatap(address)) {
    const inner = judgeInner(address, policy)
    if (!inner.allowed) return inner
  }

  const entry = registryEntryOf(address)
  if (entry?.globallyReachable) return allowed
  const block = entry ? `${entry.network.text} (${entry.name}, ${entry.source})` : 'no known block'
  return denied(`${formatAddress(address)} is in ${block}`)
}

function judgeInner(address: IpAddress, policy: AddressPolicy): AddressVerdict {
  const verdict = judge({ version: 4, bits: address.bits & 0xffff_ffffn }, policy)
  if (verdict.allowed) return verdict
  return denied(`${formatAddress(address)} carries an IPv4 address: ${verdict.rule}`)
}

/**
 * Any prefix, then 0000:5efe or 0200:5efe, then the IPv4 address that its router tunnels to (RFC 5214 section 6.1).
 * Unlike a carrier it is an address of its own too, so both the inner and the outer one must pass.
 */
function isIsatap({ version, bits }: IpAddress): boolean {
  return version === 6 && ((bits >> 32n) & 0xfdff_ffffn) === 0x5efen
}

function denied(rule: string): AddressVerdict {
  return { allowed: false, rule }
}
