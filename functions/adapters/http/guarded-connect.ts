import { lookup } from 'node:dns'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'
import { type AddressPolicy, checkAddress } from '../../domain/address-guard.ts'

/** The address guard refused an address; no connection to it is left open, and nothing was sent. */
export class AddressDenied extends Error {
  override name = 'AddressDenied'
}

/** The connection or its handshake took longer than it may. */
export class ConnectTimeout extends Error {
  override name = 'ConnectTimeout'
}

export interface Target {
  /** Without brackets. */
  readonly host: string
  readonly port: number
  readonly secure: boolean
}

/** Turns a name into addresses; the system's own resolver unless a test gives another. */
export type Resolve = typeof lookup

export interface GuardOptions {
  readonly policy: AddressPolicy
  /** For all of it: name, connection and handshake. */
  readonly timeoutMs: number
  readonly resolve?: Resolve | undefined
}

// One context for all connections: making one costs more than a handshake.
let sharedContext: SecureContext | undefined

/**
 * Opens a connection to an address that the guard allows, and calls back once it stands (for TLS: once the handshake
 * is over). Checked are a literal address, every answer of a name (one denied answer denies all) and the address that
 * the socket really reached. Node asks no lookup for a literal, so that is checked first.
 */
export function guardedConnect(
  { host, port, secure }: Target,
  { policy, timeoutMs, resolve = lookup }: GuardOptions,
  done: (error: Error | null, socket?: Socket) => void,
): void {
  if (isIP(host) !== 0) {
    const verdict = checkAddress(host, policy)
    if (!verdict.allowed) {
      process.nextTick(done, new AddressDenied(verdict.rule))
      return
    }
  }
  const options = { host, port, lookup: guardedLookup(policy, resolve), noDelay: true, keepAlive: true }
  const socket = secure ? connectTls({ ...options, ...tlsOptions(host) }) : connectTcp(options)
  const settle = (error: Error | null) => {
    clearTimeout(timer)
    socket.off('error', settle).off('close', closed)
    // Errors of a socket that was given up are nobody's any more.
    if (error !== null) socket.on('error', () => {})
    if (error !== null) socket.destroy()
    done(error, error === null ? socket : undefined)
  }
  const timer = setTimeout(() => settle(new ConnectTimeout('No connection in time.')), timeoutMs)
  const closed = () => settle(new Error('The connection was closed before it was established.'))
  socket.once('error', settle).once('close', closed)
  socket.once('connect', () => {
    const verdict = checkAddress(socket.remoteAddress ?? 'an unknown address', policy)
    if (!verdict.allowed) settle(new AddressDenied(verdict.rule))
    else if (!secure) settle(null)
  })
  if (secure) socket.once('secureConnect', () => settle(null))
}

function tlsOptions(host: string) {
  sharedContext ??= createSecureContext({ minVersion: 'TLSv1.2' })
  // A name may end with a dot, a certificate's does not; an address is no name to ask for (RFC 6066 §3).
  const name = host.replace(/\.$/, '')
  return {
    secureContext: sharedContext,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 ? { servername: name } : {}),
  }
}

function guardedLookup(policy: AddressPolicy, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, answers) => {
      if (error !== null) return callback(error, [])
      const list = Array.isArray(answers) ? answers : []
      for (const { address } of list) {
        const verdict = checkAddress(address, policy)
        if (!verdict.allowed)
          return callback(new AddressDenied(`${host} resolves to ${address}: ${verdict.rule}`), [])
      }
      const [first] = list
      if (first === undefined) return callback(new Error(`${host} has no address.`), [])
      if (options.all === true) return callback(null, list)
      return callback(null, first.address, first.family)
    })
  }
}
