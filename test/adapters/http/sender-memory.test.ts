import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { AnswerReader } from '../../../functions/adapters/http/answer-reader.ts'
import { hostileAnswers } from '../../support/hostile-answers.ts'
import type { RawReceiver } from '../../support/raw-receiver.ts'
import { aRawReceiver, aRequest, aSender, writeWithoutEnd } from '../../support/sender.ts'

setFlagsFromString('--expose_gc')
const collectGarbage: unknown = runInNewContext('gc')

/** Megabytes in use, and those taken from the system, once what is not needed is gone. */
async function megabytes(): Promise<{ inUse: number; resident: number }> {
  // Twice: what the first time finds dead gives its buffers back only after its turn.
  for (let time = 0; time < 2; time++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (typeof collectGarbage === 'function') collectGarbage()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { inUse: (heapUsed + external) / 1_000_000, resident: rss / 1_000_000 }
}

/** Resolves once the receiver has no connection left, and forgets what came. */
async function emptied(receiver: RawReceiver): Promise<void> {
  await receiver.until(() => receiver.openConnections === 0)
  receiver.connections.length = 0
  receiver.requests.length = 0
}

describe('bodies without end', () => {
  it('from a thousand receivers leave memory flat and no connection open', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x')
    const receiver = await aRawReceiver({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        writeWithoutEnd(socket, piece)
      },
    })
    const sender = aSender()
    const sendMany = async (count: number) => {
      for (let done = 0; done < count; done += 20) {
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, () => sender.send(aRequest(receiver.url))),
        )
        for (const outcome of outcomes)
          expect(outcome.kind === 'response' && outcome.response.body.byteLength).toBe(16 * 1024)
      }
      await emptied(receiver)
    }
    await sendMany(500)
    const before = await megabytes()
    await sendMany(1_000)
    expect((await megabytes()).inUse - before.inUse).toBeLessThan(5)
  })
})

describe('a header of 16 KiB that comes byte by byte', () => {
  it('takes little more than that', async () => {
    const pieces = Array.from('HTTP/1.1 200 OK\r\nX-A: '.padEnd(16_000, 'b'), (char) => Buffer.from(char))
    const readers = Array.from({ length: 100 }, () => new AnswerReader())
    const before = await megabytes()
    for (const reader of readers) for (const piece of pieces) reader.read(piece)
    const megabytesEach = ((await megabytes()).inUse - before.inUse) / readers.length
    expect(readers.some(({ answer }) => answer !== undefined)).toBe(false)
    expect(megabytesEach).toBeLessThan(0.05)
  })
})

describe('thousands of answers of hostile receivers', () => {
  // What is resident depends on when the collector runs, and so on what else the machine does.
  it('leave memory flat, and no connection open', { timeout: 60_000, retry: 2 }, async () => {
    const receivers = await Promise.all(
      hostileAnswers.map(({ answer }) => aRawReceiver({ onRequest: answer })),
    )
    /** As many requests to each receiver, a few at a time. */
    const sendMany = async (count: number) => {
      const sender = aSender({ deadlineMs: 200 })
      for (let done = 0; done < count; done += 5) {
        const five = receivers.flatMap(({ url }) =>
          Array.from({ length: 5 }, () => sender.send(aRequest(url))),
        )
        await Promise.all(five)
      }
      sender.close()
      for (const receiver of receivers) await emptied(receiver)
    }
    const rounds = []
    for (let round = 0; round < 5; round++) {
      await sendMany(40)
      rounds.push(await megabytes())
    }
    const [first, , third, , last] = rounds
    expect((last?.inUse ?? 0) - (first?.inUse ?? 0)).toBeLessThan(10)
    // What the allocator and the compiler take for themselves is taken by the third round.
    expect((last?.resident ?? 0) - (third?.resident ?? 0)).toBeLessThan(50)
  })
})
