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
