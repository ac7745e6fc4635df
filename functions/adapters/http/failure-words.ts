import type { FailureReason, Outcome } from '../../domain/outcome.ts'
import { AddressDenied, ConnectTimeout } from './guarded-connect.ts'

/** The whole attempt, from name to body, took longer than it may. */
export class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded'
}

/** The answer breaks a rule of HTTP or one of our caps. */
export class BadAnswer extends Error {
  override name = 'BadAnswer'
}

type Words = readonly [FailureReason, (host: string) => string]

const words: Readonly<Record<string, Words>> = {
  ENOTFOUND: ['dns', (host) => `The host name ${host} does not exist.`],
  EAI_AGAIN: [
    'dns',
    (host) => `The host name ${host} could not be resolved: the DNS server failed or did not answer.`,
  ],
  ENODATA: ['dns', (host) => `The host name ${host} has no address.`],
  ECONNREFUSED: ['connection', (host) => `${host} refused the connection: nothing listens on that port.`],
  ECONNRESET: ['connection', (host) => `${host} closed the connection before it answered.`],
  EPIPE: ['connection', (host) => `${host} closed the connection while the request was being sent.`],
  ETIMEDOUT: ['connection', (host) => `${host} did not answer the attempt to connect.`],
  EHOSTUNREACH: ['connection', (host) => `There is no route to ${host}.`],
  ENETUNREACH: ['connection', (host) => `There is no route to the network of ${host}.`],
  CERT_HAS_EXPIRED: ['tls', (host) => `The TLS certificate of ${host} has expired.`],
  CERT_NOT_YET_VALID: ['tls', (host) => `The TLS certificate of ${host} is not valid yet.`],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['tls', (host) => `The TLS certificate of ${host} is self-signed.`],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'tls',
    (host) => `The TLS certificate of ${host} comes from an authority that is not trusted.`,
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'tls',
    (host) => `The TLS certificate of ${host} cannot be verified: an intermediate certificate is missing.`,
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'tls',
    (host) => `The TLS certificate of ${host} comes from an authority that is not trusted.`,
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: ['tls', (host) => `The TLS certificate is for another name than ${host}.`],
  EPROTO: ['tls', (host) => `${host} does not speak TLS 1.2 or newer on that port.`],
  HPE_HEADER_OVERFLOW: ['protocol', (host) => `${host} answered with more than 16 KiB of headers.`],
}

/** The failure that an error while sending stands for, in words for an admin; `host` as it stands in the URL. */
export function failureOf(error: unknown, host: string): Outcome {
  const failure = (reason: FailureReason, message: string): Outcome => ({ kind: 'failure', reason, message })
  if (error instanceof AddressDenied) {
    return failure(
      'denied',
      `Not sent: ${error.message}. An operator can allow a network (ALLOWED_NETWORKS).`,
    )
  }
  if (error instanceof DeadlineExceeded || error instanceof ConnectTimeout)
    return failure('timeout', error.message)
  if (error instanceof BadAnswer) return failure('protocol', error.message)
  const code = codeOf(error)
  const known = words[code]
  if (known !== undefined) return failure(known[0], known[1](host))
  if (code.startsWith('HPE_'))
    return failure('protocol', `${host} answered something that is not valid HTTP (${code}).`)
  if (code.startsWith('ERR_SSL_') || code.includes('CERT'))
    return failure('tls', `The TLS handshake with ${host} failed (${code}).`)
  return failure('connection', `The request to ${host} failed (${code || 'no reason known'}).`)
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error ? error.message : ''
}
