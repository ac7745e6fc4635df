import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { aRawReceiver, aRequest, aSender, okAnswer } from '../../support/sender.ts'

const answering = { onRequest: (socket: Socket) => socket.write(okAnswer) }

describe('connections', () => {
  it('are kept and used again', async () => {
    const receiver = await aRawReceiver(answering)
    const sender = aSender()
    for (let count = 0; count < 50; count++) await sender.send(aRequest(`${receiver.url}/${count}`))
    expect(receiver.requests).toHaveLength(50)
    expect(receiver.connections).toHaveLength(1)
  })

  it('are used again however much they have carried', async () => {
    const answer = `HTTP/1.1 200 OK\r\nContent-Length: 16384\r\n\r\n${'x'.repeat(16_384)}`
    const receiver = await aRawReceiver({ onRequest: (socket) => socket.write(answer) })
    const sender = aSender()
    for (let count = 0; count < 70; count++)
      expect(await sender.send(aRequest(receiver.url))).toMatchObject({ response: { truncated: false } })
    expect(receiver.connections).toHaveLength(1)
  })

  it('to one origin are never more than the cap, also while they are being opened', async () => {
    let most = 0
    const receiver = await aRawReceiver({
      onConnection: () => {
        most = Math.max(most, receiver.openConnections)
        return true
      },
      ...answering,
    })
    const sender = aSender({ maxConnectionsPerOrigin: 3 })
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => sender.send(aRequest(`${receiver.url}/${index}`))),
    )
    expect(outcomes.every((outcome) => outcome.kind === 'response')).toBe(true)
    expect(most).toBe(3)
    expect(receiver.connections).toHaveLength(3)
    expect(new Set(receiver.requests.map(({ head }) => head.split(' ')[1])).size).toBe(200)
  })

  it('to one origin do not wait for those to another', async () => {
    const hanging = await aRawReceiver()
    const receiver = await aRawReceiver(answering)
    const sender = aSender({ maxConnectionsPerOrigin: 1, deadlineMs: 500 })
    const late = Promise.all([1, 2, 3].map(() => sender.send(aRequest(hanging.url))))
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ response: { status: 200 } })
    await late
  })

  it('pass their turn on when they fail', async () => {
    const receiver = await aRawReceiver({
      onRequest: (socket, { head }) =>
        head.startsWith('POST /bad') ? socket.destroy() : socket.write(okAnswer),
    })
    const sender = aSender({ maxConnectionsPerOrigin: 1 })
    const paths = ['bad', 'good', 'bad', 'bad', 'good']
    const outcomes = await Promise.all(paths.map((path) => sender.send(aRequest(`${receiver.url}/${path}`))))
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'failure',
      'response',
      'failure',
      'failure',
      'response',
    ])
    expect(receiver.requests).toHaveLength(5)
  })

  it.each([
    ['says Connection: close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
    ['speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['keeps them for a second', 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n'],
  ])('are not used again when the receiver %s', async (_what, answer) => {
    const receiver = await aRawReceiver({ onRequest: (socket) => socket.write(answer) })
    const sender = aSender()
    await sender.send(aRequest(receiver.url))
    await sender.send(aRequest(receiver.url))
    expect(receiver.connections).toHaveLength(2)
  })

  it.each([
    ['after four seconds without a request', ''],
    ['a second before the receiver would', 'Keep-Alive: timeout=2\r\n'],
  ])('are closed %s', async (_when, header) => {
    const answer = `HTTP/1.1 200 OK\r\n${header}Content-Length: 0\r\n\r\n`
    const receiver = await aRawReceiver({ onRequest: (socket) => socket.write(answer) })
    const sender = aSender()
    for (let count = 1; count <= 3; count++) await sender.send(aRequest(receiver.url))
    const idleFrom = performance.now()
    await receiver.until(() => receiver.openConnections === 0)
    expect(receiver.connections).toHaveLength(1)
    const idleMs = performance.now() - idleFrom
    // Timers may be a few milliseconds early; that a busy machine makes them late says nothing.
    expect(idleMs).toBeGreaterThan(header === '' ? 3_900 : 900)
  })

  it('are used for two minutes at most, and the next goes where the name leads by then', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const receiver = await aRawReceiver(answering)
    let address = '127.0.0.1'
    const sender = aSender({ resolve: async () => [{ address, family: 4 }] })
    const send = () => sender.send(aRequest(`http://hooks.example.com:${receiver.port}/`))
    for (let second = 0; second < 120; second += 2) {
      expect(await send()).toMatchObject({ response: { status: 200 } })
      expect(receiver.connections).toHaveLength(1)
      address = '10.0.0.1'
      vi.advanceTimersByTime(2_000)
    }
    expect(await send()).toMatchObject({ kind: 'failure', reason: 'denied' })
    expect(receiver.requests).toHaveLength(60)
    await receiver.until(() => receiver.openConnections === 0)
  })

  it('that a receiver closed while they were idle do not fail the next request', async () => {
    const receiver = await aRawReceiver(answering)
    const sender = aSender()
    for (let count = 1; count <= 5; count++) {
      expect(await sender.send(aRequest(receiver.url))).toMatchObject({ response: { status: 200 } })
      for (const socket of receiver.connections) socket.end()
      await receiver.until(() => receiver.openConnections === 0)
    }
    expect(receiver.requests).toHaveLength(5)
  })

  it('that bring bytes nobody asked for are not used again', async () => {
    const receiver = await aRawReceiver(answering)
    const sender = aSender()
    await sender.send(aRequest(receiver.url))
    receiver.connections[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged')
    await receiver.until(() => receiver.openConnections === 0)
    const outcome = await sender.send(aRequest(receiver.url))
    expect(outcome.kind === 'response' && String(outcome.response.body)).toBe('ok')
  })

  it('that bring two answers to one request give the first, and are not used again', async () => {
    const receiver = await aRawReceiver({
      onRequest: (socket) => socket.write(`${okAnswer}HTTP/1.1 500 Forged\r\nContent-Length: 0\r\n\r\n`),
    })
    const sender = aSender()
    for (let count = 1; count <= 3; count++) {
      expect(await sender.send(aRequest(receiver.url))).toMatchObject({ response: { status: 200 } })
      expect(receiver.connections).toHaveLength(count)
    }
  })

  it('close with the sender', async () => {
    const receiver = await aRawReceiver(answering)
    const sender = aSender()
    await sender.send(aRequest(receiver.url))
    expect(receiver.openConnections).toBe(1)
    sender.close()
    await receiver.until(() => receiver.openConnections === 0)
  })

  it('are not opened once the sender is closed, and what is under way or waits for its turn fails', async () => {
    const receiver = await aRawReceiver()
    const sender = aSender({ maxConnectionsPerOrigin: 1 })
    const sending = [1, 2, 3].map(() => sender.send(aRequest(receiver.url)))
    await receiver.until(() => receiver.requests.length === 1)
    sender.close()
    for (const outcome of await Promise.all([...sending, sender.send(aRequest(receiver.url))]))
      expect(outcome).toEqual({
        kind: 'failure',
        reason: 'connection',
        message: 'The request to 127.0.0.1 failed (this service was stopped).',
      })
    await receiver.until(() => receiver.openConnections === 0)
    expect(receiver.connections).toHaveLength(1)
  })
})

describe('a receiver that closes a kept connection instead of answering', () => {
  /** Answers the first request of a connection, and takes the second for a reason to close it. */
  const closing = () => {
    const answered = new Set<Socket>()
    return aRawReceiver({
      onRequest: (socket) => {
        if (answered.has(socket)) socket.resetAndDestroy()
        else socket.write(okAnswer)
        answered.add(socket)
      },
    })
  }

  it('is not sent the request a second time: the log has one attempt for it', async () => {
    const receiver = await closing()
    const sender = aSender()
    await sender.send(aRequest(receiver.url))
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ kind: 'failure', reason: 'connection' })
    expect(receiver.requests).toHaveLength(2)
  })

  it('is sent the next ones over connections of their own', async () => {
    const receiver = await closing()
    const sender = aSender()
    await sender.send(aRequest(receiver.url))
    await sender.send(aRequest(receiver.url))
    for (let count = 0; count < 5; count++)
      expect(await sender.send(aRequest(receiver.url))).toMatchObject({ response: { status: 200 } })
    expect(receiver.connections).toHaveLength(6)
    expect(receiver.requests.at(-1)?.head).toContain('\r\nConnection: close')
  })

  it('is told from one that fails on a new connection', async () => {
    const receiver = await aRawReceiver({
      onRequest: (socket, { connection }) =>
        connection === 0 ? socket.resetAndDestroy() : socket.write(okAnswer),
    })
    const sender = aSender()
    for (let count = 0; count < 3; count++) await sender.send(aRequest(receiver.url))
    expect(receiver.connections).toHaveLength(2)
  })

  it('costs other receivers nothing', async () => {
    const receiver = await closing()
    const other = await aRawReceiver(answering)
    const sender = aSender()
    for (let count = 0; count < 3; count++) await sender.send(aRequest(receiver.url))
    for (let count = 0; count < 3; count++) await sender.send(aRequest(other.url))
    expect(other.connections).toHaveLength(1)
  })
})
