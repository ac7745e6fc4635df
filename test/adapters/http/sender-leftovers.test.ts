import { execFile } from 'node:child_process'
import type { Socket } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { aRawReceiver, okAnswer } from '../../support/sender.ts'

// Prints how long the process lived after the last outcome, when it ends by itself.
const script = `
  import { HttpSender } from './functions/adapters/http/http-sender.ts'
  import { parseNetwork } from './functions/domain/ip-address.ts'
  const [url, deadlineMs] = process.argv.slice(1)
  const sender = new HttpSender({
    policy: { allowedNetworks: [parseNetwork('127.0.0.0/8')], allowHttp: true, allowedPorts: 'any' },
    deadlineMs: Number(deadlineMs),
    maxConnectionsPerOrigin: 2,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  })
  const request = { url, headers: {}, body: Buffer.from('{}') }
  await Promise.all([1, 2, 3, 4].map(() => sender.send(request)))
  const settledAt = performance.now()
  process.on('exit', () => process.stdout.write(String(performance.now() - settledAt)))
`

async function millisecondsLeft(url: string, deadlineMs: number): Promise<number> {
  const args = ['--input-type=module', '--eval', script, url, String(deadlineMs)]
  return Number((await promisify(execFile)(process.execPath, args)).stdout)
}

describe('once the outcome is known', () => {
  it.each<[string, string, number, (socket: Socket) => unknown]>([
    ['it was answered', 'http', 20_000, (socket) => socket.write(okAnswer)],
    ['the receiver hung', 'http', 300, () => {}],
    ['the head came and no more', 'http', 300, (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n')],
    [
      'the body had no end',
      'http',
      20_000,
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(20_000)}`),
    ],
    [
      'the protocol was switched',
      'http',
      20_000,
      (socket) => socket.write('HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    ],
    ['it was no HTTP', 'http', 20_000, (socket) => socket.write('hello')],
    ['the connection was reset', 'http', 20_000, (socket) => socket.resetAndDestroy()],
    ['the handshake was not answered', 'https', 300, () => {}],
  ])('no timer and no socket keeps the process when %s', async (_what, scheme, deadlineMs, answer) => {
    const receiver = await aRawReceiver({ onRequest: answer })
    expect(await millisecondsLeft(`${scheme}://127.0.0.1:${receiver.port}/`, deadlineMs)).toBeLessThan(2_000)
  })
})
