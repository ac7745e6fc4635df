import type { FailureReason, Outcome } from '../../domain/outcome.ts'
import { AddressDenied, codeOf, NameNotResolved, type Stage } from './guarded-connect.ts'
import { tlsWords } from './tls-words.ts'

/** The answer breaks a rule of HTTP or one of our caps; the message says what came, to follow "answered with". */
export class BadAnswer extends Error {
  override name = 'BadAnswer'
}

export type Failure = Extract<Outcome, { kind: 'failure' }>

type Words = Readonly<Record<string, (host: string) => string>>

const ofNames: Words = {
  ENOTFOUND: (host) => `The host name ${host} does not exist.`,
  ENODATA: (host) => `The host name ${host} has no address.`,
  EAI_AGAIN: (host) =>
    `The host name ${host} could not be resolved: the DNS server failed or did not answer.`,
}

const ofConnections: Words = {
  ECONNREFUSED: (host) => `${host} refused the connection: nothing listens on that port.`,
  ECONNRESET: (host) => `${host} closed the connection before it answered.`,
  EPIPE: (host) => `${host} closed the connection while the request was being sent.`,
  ETIMEDOUT: (host) => `${host} did not answer the attempt to connect.`,
  EHOSTUNREACH: (host) => `There is no route to ${host}.`,
  ENETUNREACH: (host) => `There is no route to the network of ${host}.`,
}

const late: Readonly<Record<Stage | 'turn', (host: string) => string>> = {
  turn: (host) => `Not sent: ${host} was still busy with earlier requests after`,
  name: (host) => `The host name ${host} was not resolved within`,
  connection: (host) => `${host} did not answer the attempt to connect within`,
  handshake: (host) => `${host} did not finish the TLS handshake within`,
  open: (host) => `${host} gave no answer within`,
}

/** The failure that an error while sending stands for, in words for an admin; `host` as it stands in the URL. */
export function failureOf(
  error: unknown,
  { host, stage }: { readonly host: string; readonly stage: Stage },
): Failure {
  if (error instanceof AddressDenied) {
    return failure(
      'denied',
      `Not sent: ${error.message}. An operator can allow a network (ALLOWED_NETWORKS).`,
    )
  }
  if (error instanceof BadAnswer) return failure('protocol', `${host} answered with ${error.message}.`)
  const code = codeOf(error)
  if (error instanceof NameNotResolved)
    return failure('dns', ofNames[code]?.(host) ?? `The host name ${host} could not be resolved (${code}).`)
  if (stage === 'handshake' || code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return failure('tls', tlsWords(host, code, error instanceof Error ? error.message : ''))
  return failure(
    'connection',
    ofConnections[code]?.(host) ?? `The request to ${host} failed (${code || 'no reason known'}).`,
  )
}

/** The failure of an attempt that took longer than it may, by what it was waiting for. */
export function deadlineFailure(
  deadlineMs: number,
  { host, stage }: { readonly host: string; readonly stage: Stage | 'turn' },
): Failure {
  return failure('timeout', `${late[stage](host)} ${deadlineMs / 1_000} s.`)
}

function failure(reason: FailureReason, message: string): Failure {
  return { kind: 'failure', reason, message }
}
