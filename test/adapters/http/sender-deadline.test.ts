import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { aRawReceiver, aRequest, aSender, drip, okAnswer } from '../../support/sender.ts'

const deadlineMs = 300

async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; tookMs: number }> {
  const startedAt = performance.now()
  const result = await work
  return { result, tookMs: performance.now() - startedAt }
}

describe('the deadline', () => {
  it.each<[string, (socket: Socket) => unknown]>([
    ['answers nothing', () => {}],
    ['drips its head', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX-A: b')],
    ['drips empty lines', (socket) => drip(socket, '\r\n')],
    ['stops after an interim answer', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
  ])('ends an attempt on a receiver that %s', async (_what, answer) => {
    const receiver = await aRawReceiver({ onRequest: answer })
    const { result, tookMs } = await timed(aSender({ deadlineMs }).send(aRequest(receiver.url)))
    expect(result).toEqual({
      kind: 'failure',
      reason: 'timeout',
      message: '127.0.0.1 gave no answer within 0.3 s.',
    })
    expect(tookMs).toBeGreaterThan(deadlineMs - 20)
    expect(tookMs).toBeLessThan(deadlineMs + 250)
    await receiver.until(() => receiver.openConnections === 0)
  })

  it('is one for the name, the connection and the answer together', async () => {
    const receiver = await aRawReceiver({
      onRequest: (socket) => setTimeout(() => socket.write(okAnswer), 200),
    })
    const resolve = () =>
      new Promise<{ address: string; family: number }[]>((done) =>
        setTimeout(() => done([{ address: '127.0.0.1', family: 4 }]), 200),
      )
    const url = `http://hooks.example.com:${receiver.port}/`
    const { result, tookMs } = await timed(aSender({ deadlineMs, resolve }).send(aRequest(url)))
    expect(result).toMatchObject({ kind: 'failure', reason: 'timeout' })
    expect(tookMs).toBeLessThan(deadlineMs + 250)
  })

  it('is not prolonged by an answer that drips', async () => {
    const receiver = await aRawReceiver({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 500 Oops\r\n\r\n')
        drip(socket, 'x')
      },
    })
    const { result, tookMs } = await timed(aSender({ deadlineMs }).send(aRequest(receiver.url)))
    expect(result).toMatchObject({ response: { status: 500, truncated: true } })
    expect(tookMs).toBeLessThan(deadlineMs + 250)
    await receiver.until(() => receiver.openConnections === 0)
  })

  it('ends the wait for a turn; what was given up is never sent', async () => {
    // So that all deadlines come at the same moment, however busy the machine is.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const receiver = await aRawReceiver()
    const sender = aSender({ deadlineMs, maxConnectionsPerOrigin: 2 })
    const sending = Array.from({ length: 6 }, () => sender.send(aRequest(receiver.url)))
    await receiver.until(() => receiver.requests.length === 2)
    vi.advanceTimersByTime(deadlineMs)
    const messages = (await Promise.all(sending)).map(
      (outcome) => outcome.kind === 'failure' && outcome.message,
    )
    expect(messages.slice(0, 2)).toEqual(Array(2).fill('127.0.0.1 gave no answer within 0.3 s.'))
    expect(messages.slice(2)).toEqual(
      Array(4).fill('Not sent: 127.0.0.1 was still busy with earlier requests after 0.3 s.'),
    )
    await receiver.until(() => receiver.openConnections === 0)
    expect(receiver.connections).toHaveLength(2)
    expect(receiver.requests).toHaveLength(2)
  })

  it('lets a receiver that hangs be asked again later', async () => {
    let hangs = true
    const receiver = await aRawReceiver({ onRequest: (socket) => hangs || socket.write(okAnswer) })
    const sender = aSender({ deadlineMs, maxConnectionsPerOrigin: 1 })
    await sender.send(aRequest(receiver.url))
    hangs = false
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ response: { status: 200 } })
  })
})
