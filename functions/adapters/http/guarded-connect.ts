import type { LookupAddress } from 'node:dns'
import { connect as connectTcp, isIP, type LookupFunction, Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'
import { type AddressPolicy, checkAddress } from '../../domain/address-guard.ts'

/** The address guard refused an address; no connection to it is left open, and nothing was sent. */
export class AddressDenied extends Error {
  override name = 'AddressDenied'
}

/** A host name led to no address. `code` is the resolver's, e.g. `ENOTFOUND`. */
export class NameNotResolved extends Error {
  override name = 'NameNotResolved'
  readonly code: string

  constructor(code: string) {
    super(`The host name was not resolved: ${code}.`)
    this.code = code
  }
}

/** How far a connection has come: the same error means something else at each stage. */
export type Stage = 'name' | 'connection' | 'handshake' | 'open'

export interface Endpoint {
  /** Without brackets. */
  readonly host: string
  readonly port: number
  readonly secure: boolean
}

/** Turns a name into its addresses; rejects with an error whose `code` is one of node:dns. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

/** Which addresses are allowed, and how a name's are found. */
export interface Guard {
  readonly policy: AddressPolicy
  readonly resolve: Resolve
}

// A connection that was reset as soon as it stood has no address any more.
const resetAtOnce = Object.assign(new Error('The connection was reset at once.'), { code: 'ECONNRESET' })

const stages = new WeakMap<object, Stage>()

// Node's 250 ms for each address but the last cuts off receivers on the other side of the world, where one round trip
// takes longer (https://github.com/nodejs/node/issues/54359).
const attemptMs = 1_000

// One for all connections: what comes is read before anything else can come, and a buffer for each time would have to be
// allocated and collected, with an event of a stream between (docs/decisions/0030-one-buffer-for-what-comes.md).
const received = Buffer.allocUnsafeSlow(64 * 1024)

// One context for all connections: making one costs more than a handshake.
let sharedContext: SecureContext | undefined

/**
 * Begins a connection to an address that the guard allows; what goes wrong is the socket's 'error'. Checked are a
 * literal address, every answer of a name (one denied answer denies all) and the address that the socket really
 * reached. Node asks no lookup for a literal, so that is checked first.
 * @param opened called when the connection stands: its address is allowed, and its certificate, if it has one, is valid.
 * @param take called with what comes. The bytes are others as soon as it returns.
 */
export function guardedConnect(
  { host, port, secure }: Endpoint,
  { policy, resolve }: Guard,
  { opened, take }: { opened: () => void; take: (bytes: Buffer) => void },
): Socket {
  const isLiteral = isIP(host) !== 0
  const verdict = isLiteral ? checkAddress(host, policy) : undefined
  if (verdict?.allowed === false) return new Socket().destroy(new AddressDenied(verdict.rule))
  const lookup = guardedLookup(policy, resolve, () => stages.set(socket, 'connection'))
  const options = {
    host,
    port,
    lookup,
    noDelay: true,
    keepAlive: true,
    autoSelectFamilyAttemptTimeout: attemptMs,
    onread: {
      buffer: received,
      callback: (length: number) => {
        take(received.subarray(0, length))
        return true
      },
    },
  }
  const socket = secure ? connectTls({ ...options, ...tlsOptions(host) }) : connectTcp(options)
  stages.set(socket, isLiteral ? 'connection' : 'name')
  const open = () => {
    stages.set(socket, 'open')
    opened()
  }
  // Before any other listener: the first of them would begin to send.
  socket.prependOnceListener('connect', () => {
    if (secure) stages.set(socket, 'handshake')
    const { remoteAddress } = socket
    const reached = remoteAddress === undefined ? undefined : checkAddress(remoteAddress, policy)
    if (reached === undefined) socket.destroy(resetAtOnce)
    else if (!reached.allowed) socket.destroy(new AddressDenied(reached.rule))
    else if (!secure) open()
  })
  if (secure) socket.once('secureConnect', open)
  return socket
}

/** How far a connection begun here came. */
export function stageOf(socket: Socket): Stage {
  return stages.get(socket) ?? 'connection'
}

function tlsOptions(host: string) {
  sharedContext ??= createSecureContext({ minVersion: 'TLSv1.2' })
  // A name may end with a dot, a certificate's does not; an address is no name to ask for (RFC 6066 §3).
  const name = host.replace(/\.$/, '')
  return {
    secureContext: sharedContext,
    // Whatever the environment says (NODE_TLS_REJECT_UNAUTHORIZED): that would be for all receivers.
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 ? { servername: name } : {}),
  }
}

function guardedLookup(policy: AddressPolicy, resolve: Resolve, resolved: () => void): LookupFunction {
  return (host, options, callback) => {
    const take = (answers: readonly LookupAddress[]) => {
      for (const { address } of answers) {
        const verdict = checkAddress(address, policy)
        if (!verdict.allowed)
          return callback(new AddressDenied(`${host} resolves to ${address}: ${verdict.rule}`), [])
      }
      const [first] = answers
      if (first === undefined) return callback(new NameNotResolved('ENODATA'), [])
      resolved()
      return options.all === true ? callback(null, [...answers]) : callback(null, first.address, first.family)
    }
    resolve(host).then(take, (error: unknown) => callback(new NameNotResolved(codeOf(error)), []))
  }
}

/** An error's code, else its message; empty when it has neither. */
export function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code
  return error instanceof Error ? error.message : ''
}
