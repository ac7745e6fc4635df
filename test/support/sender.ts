import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { HttpSender, type SenderOptions } from '../../functions/adapters/http/http-sender.ts'
import { parseNetwork } from '../../functions/domain/ip-address.ts'
import type { OutgoingRequest } from '../../functions/use-cases/attempt-delivery.ts'
import { RawReceiver, type RawReceiverOptions } from './raw-receiver.ts'

/** Allows the loopback addresses only, over HTTP and HTTPS, on any port. */
export const loopbackPolicy = {
  allowedNetworks: [parseNetwork('127.0.0.0/8')],
  allowHttp: true,
  allowedPorts: 'any',
} as const

/** A sender to the loopback address, whatever the name; closed when the test is over. */
export function aSender(options: Partial<SenderOptions> = {}): HttpSender {
  const sender = new HttpSender({
    policy: loopbackPolicy,
    deadlineMs: 10_000,
    maxConnectionsPerOrigin: 8,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    ...options,
  })
  onTestFinished(() => sender.close())
  return sender
}

export function aRequest(url: string, changes: Partial<OutgoingRequest> = {}): OutgoingRequest {
  const headers = { 'Content-Type': 'application/json; charset=utf-8' }
  return { url, headers, body: Buffer.from('"test payload"'), ...changes }
}

/** A raw receiver; closed when the test is over. */
export async function aRawReceiver(options: RawReceiverOptions = {}): Promise<RawReceiver> {
  const receiver = await RawReceiver.start(options)
  onTestFinished(() => receiver.close())
  return receiver
}

/** The least answer that lets a connection be kept. */
export const okAnswer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** Sends one request to a receiver that does `answer` with it; resolves with both. */
export async function exchange(answer: (socket: Socket) => void, deadlineMs = 10_000) {
  const receiver = await aRawReceiver({ onRequest: answer })
  const outcome = await aSender({ deadlineMs }).send(aRequest(receiver.url))
  return { receiver, outcome }
}

/** Writes pieces for as long as the connection takes them. */
export function writeWithoutEnd(socket: Socket, piece: string | Buffer): void {
  while (!socket.destroyed && socket.write(piece));
  if (!socket.destroyed) socket.once('drain', () => writeWithoutEnd(socket, piece))
}

/** Writes a piece every few milliseconds until the connection ends. */
export function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 5)
  socket.once('close', () => clearInterval(timer))
}
