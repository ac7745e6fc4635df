import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { aRawReceiver, aRequest, aSender, writeWithoutEnd } from '../../support/sender.ts'

setFlagsFromString('--expose_gc')
const collectGarbage: unknown = runInNewContext('gc')

/** Megabytes in use once what is not needed is gone. */
async function megabytesInUse(): Promise<number> {
  // Twice: what the first time finds dead gives its buffers back only after its turn.
  for (let time = 0; time < 2; time++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (typeof collectGarbage === 'function') collectGarbage()
  }
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1_000_000
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
      await receiver.until(() => receiver.openConnections === 0)
      receiver.connections.length = 0
      receiver.requests.length = 0
    }
    await sendMany(500)
    const before = await megabytesInUse()
    await sendMany(1_000)
    expect((await megabytesInUse()) - before).toBeLessThan(5)
  })
})
