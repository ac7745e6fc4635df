type Words = (host: string) => string

const untrusted: Words = (host) =>
  `The TLS certificate of ${host} comes from an authority that is not trusted.`
const notTls: Words = (host) =>
  `${host} does not speak TLS on that port. The URL of a receiver without TLS begins with http://.`

const ofCodes: Readonly<Record<string, Words>> = {
  CERT_HAS_EXPIRED: (host) => `The TLS certificate of ${host} has expired.`,
  CERT_NOT_YET_VALID: (host) => `The TLS certificate of ${host} is not valid yet.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (host) => `The TLS certificate of ${host} is self-signed.`,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (host) =>
    `The TLS certificate of ${host} cannot be verified: its authority is not trusted, or an intermediate certificate is missing.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => `The TLS certificate is for another name than ${host}.`,
  ECONNRESET: (host) => `${host} closed the connection during the TLS handshake.`,
}

// What OpenSSL says of bytes that are no TLS record.
const ofReasons: Readonly<Record<string, Words>> = {
  'wrong version number': notTls,
  'packet length too long': notTls,
}

// The receiver's own last word; numbers of RFC 8446 §6.2.
const ofAlerts: Readonly<Record<string, Words>> = {
  40: (host) =>
    `${host} broke off the TLS handshake: it shares no cipher with us, or wants a client certificate.`,
  70: (host) => `${host} does not speak TLS 1.2 or newer.`,
  112: (host) => `${host} has no TLS certificate for that name.`,
  116: (host) => `${host} wants a client certificate, and this service has none.`,
  120: (host) => `${host} does not speak HTTP/1.1 over TLS.`,
}

/**
 * Why a TLS connection failed, in words for an admin. The same refusal comes under several codes (`EPROTO` for all of
 * them when it meets a write), so the alert's number and OpenSSL's reason are read from the message.
 */
export function tlsWords(host: string, code: string, message: string): string {
  const alert = /SSL alert number (\d+)/.exec(message)?.[1] ?? ''
  const reason = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? ''
  const words = ofCodes[code] ?? ofAlerts[alert] ?? ofReasons[reason]
  return words?.(host) ?? `The TLS handshake with ${host} failed (${reason || code}).`
}
