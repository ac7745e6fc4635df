import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../functions/adapters/http/failure-words.ts'
import { AddressDenied, guardedConnect, stageOf } from '../../../functions/adapters/http/guarded-connect.ts'
import type { Network } from '../../../functions/domain/ip-address.ts'
import { aRawReceiver, loopbackPolicy } from '../../support/sender.ts'

const resolve = async () => [{ address: '127.0.0.1', family: 4 }]

function neverOpened(): void {
  throw new Error('A denied connection was opened.')
}

const denied = { opened: neverOpened, take: neverOpened }

/** The error that a socket ends with. */
async function errorOf(socket: Socket): Promise<unknown> {
  const [error] = await once(socket, 'error')
  return error
}

describe('guardedConnect', () => {
  it.each([
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::a00:1',
    '0.0.0.0',
    '::',
  ])('denies the literal %s, for which node asks no lookup', async (host) => {
    const endpoint = { host, port: 9, secure: false }
    const socket = guardedConnect(endpoint, { policy: loopbackPolicy, resolve }, denied)
    expect(await errorOf(socket)).toBeInstanceOf(AddressDenied)
    expect(socket.remoteAddress).toBeUndefined()
    expect(socket.destroyed).toBe(true)
  })

  it.each([false, true])(
    'checks the address that was reached (TLS: %s), before a byte is sent',
    async (secure) => {
      let received = 0
      const receiver = await aRawReceiver({
        onConnection: (socket) => {
          socket.on('data', (chunk) => {
            received += chunk.length
          })
          return false
        },
      })
      const allowedNetworks: Network[] = [...loopbackPolicy.allowedNetworks]
      const socket = guardedConnect(
        { host: 'hooks.example.com', port: receiver.port, secure },
        { policy: { allowedNetworks }, resolve },
        denied,
      )
      // As if the connection went elsewhere than the name said: what was allowed then is not any more.
      socket.once('connectionAttempt', () => allowedNetworks.pop())
      socket.once('lookup', () => process.nextTick(() => allowedNetworks.pop()))
      socket.write('the request')
      expect(await errorOf(socket)).toBeInstanceOf(AddressDenied)
      await receiver.until(() => receiver.connections.length === 1 && receiver.openConnections === 0)
      expect(received).toBe(0)
    },
  )

  it.each([
    [false, 'connection', '127.0.0.1 closed the connection before it answered.'],
    [true, 'tls', '127.0.0.1 closed the connection during the TLS handshake.'],
  ])('denies nothing when a reset leaves no address to check (TLS: %s)', async (secure, reason, message) => {
    const receiver = await aRawReceiver()
    const endpoint = { host: '127.0.0.1', port: receiver.port, secure }
    const socket = guardedConnect(endpoint, { policy: loopbackPolicy, resolve }, denied)
    // As of a connection that was reset between its beginning and the look at it, one in thousands.
    Object.defineProperty(socket, 'remoteAddress', { value: undefined })
    const error = await errorOf(socket)
    const stage = stageOf(socket)
    expect(failureOf(error, { host: '127.0.0.1', stage })).toEqual({ kind: 'failure', reason, message })
  })

  it('tells how far it came', async () => {
    const receiver = await aRawReceiver()
    const named = Promise.withResolvers<{ address: string; family: number }[]>()
    let opened = 0
    const socket = guardedConnect(
      { host: 'hooks.example.com', port: receiver.port, secure: false },
      { policy: loopbackPolicy, resolve: () => named.promise },
      { opened: () => opened++, take: () => {} },
    )
    expect(stageOf(socket)).toBe('name')
    named.resolve([{ address: '127.0.0.1', family: 4 }])
    await once(socket, 'lookup')
    expect(stageOf(socket)).toBe('connection')
    expect(opened).toBe(0)
    await once(socket, 'connect')
    expect(stageOf(socket)).toBe('open')
    expect(opened).toBe(1)
    socket.destroy()
  })
})
