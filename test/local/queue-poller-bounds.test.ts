import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { allDone, bodiesOf, openPolledQueue } from './polled-queue.ts'

describe('when QueuePoller waits, and for how many', () => {
  let polled: Awaited<ReturnType<typeof openPolledQueue>>

  beforeEach(async () => {
    polled = await openPolledQueue()
  })

  afterEach(() => polled.close())

  it('stops only when what is in flight is over and taken off the queue, and takes nothing more', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let handled = 0
    const poller = polled.poll(
      async (batch) => {
        handled += batch.Records.length
        await held
        return allDone
      },
      { maxInFlight: 5 },
    )
    await polled.send(12)
    await until(() => handled === 5)
    let isStopped = false
    const stopped = poller.stop().then(() => {
      isStopped = true
    })
    await polled.send(1, 'late')
    expect(isStopped).toBe(false)
    release()
    await stopped
    expect(handled).toBe(5)
    expect(polled.waiting()).toHaveLength(8)
  })

  it('never has more in flight than it may, and always as many while there are enough', async () => {
    let inFlight = 0
    let most = 0
    const waiting: (() => void)[] = []
    polled.poll(
      async (batch) => {
        inFlight += batch.Records.length
        most = Math.max(most, inFlight)
        await new Promise<void>((resolve) => waiting.push(resolve))
        inFlight -= batch.Records.length
        return allDone
      },
      { batchSize: 3, maxInFlight: 20 },
    )
    for (const group of ['a', 'b', 'c', 'd', 'e']) await polled.send(20, group)
    await until(() => inFlight === 20)
    while (polled.waiting().length > 0) {
      await until(() => waiting.length > 0 || polled.waiting().length === 0)
      waiting.shift()?.()
    }
    expect(most).toBe(20)
  })

  it('lets a group that is full not hold up the others', async () => {
    const handled: string[] = []
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    polled.poll(async (batch) => {
      handled.push(...bodiesOf(batch))
      if (bodiesOf(batch)[0]?.startsWith('slow')) await held
      return allDone
    })
    await polled.send(200, 'slow')
    await until(() => handled.length === 64)
    await polled.send(100, 'fast')
    await until(() => handled.length === 164)
    expect(handled.filter((body) => body.startsWith('slow'))).toHaveLength(64)
    release()
    await polled.isEmpty()
    expect(handled).toHaveLength(300)
  })

  it('takes the next of a group as messages are answered, though none is over, up to four times as many', async () => {
    let handled = 0
    const held = Promise.withResolvers<void>()
    polled.poll(
      async ({ Records: records }) => {
        handled += records.length
        // As answers come: after the message was handed out.
        await new Promise((resolve) => setImmediate(resolve))
        for (const { messageId } of records) polled.queue.answered('g', messageId)
        await held.promise
        return allDone
      },
      { batchSize: 1 },
    )
    await polled.send(300)
    await until(() => handled === 256)
    await polled.send(1, 'other')
    await until(() => handled === 257)
    held.resolve()
    await polled.isEmpty()
    expect(handled).toBe(301)
  })

  it('does not have a message that was sent just now wait for those that are read from the table', async () => {
    const handled: string[] = []
    await polled.send(3, 'table')
    const read = Promise.withResolvers<void>()
    polled.queue.held = read.promise
    polled.poll(
      async (batch) => {
        handled.push(...bodiesOf(batch))
        return allDone
      },
      { maxInFlight: 4 },
    )
    await until(() => polled.queue.receives === 1)
    await polled.send(1, 'sent')
    await until(() => handled.length > 0)
    expect(handled).toEqual(['sent0'])
    polled.queue.held = undefined
    read.resolve()
    await polled.isEmpty()
    expect(handled.toSorted()).toEqual(['sent0', 'table0', 'table1', 'table2'])
  })

  it('lets others have a turn after each ten that it begins', async () => {
    let begun = 0
    const seen: number[] = []
    await polled.send(25)
    polled.poll(
      async () => {
        if (begun++ === 0) setImmediate(() => seen.push(begun))
        return allDone
      },
      { batchSize: 1 },
    )
    await polled.isEmpty()
    expect([begun, seen]).toEqual([25, [10]])
  })

  it('wakes for a delayed message when it is due, and does not poll until then', async () => {
    await polled.close()
    polled = await openPolledQueue(Date.now)
    const dueAt = Date.now() + 300
    const handledAt = new Promise<number>((resolve) => {
      polled.poll(async () => {
        resolve(Date.now())
        return allDone
      })
    })
    await polled.send(1, 'g', dueAt)
    expect(await handledAt).toBeGreaterThanOrEqual(dueAt)
    await polled.isEmpty()
    // One at the start, one for what was sent, then when it was due and after it, each until there was no more.
    expect(polled.queue.receives).toBeLessThanOrEqual(8)
  })

  it('goes on when the store, which had failed, is well again', async () => {
    let handled = 0
    const repair = polled.breakTable('messages', { verb: 'update' })
    await polled.send(1)
    polled.poll(async () => {
      handled++
      return allDone
    })
    await until(() => polled.logged.some(({ message }) => message === 'the queue could not be read'))
    expect(handled).toBe(0)
    repair()
    await polled.isEmpty()
    expect(handled).toBe(1)
  })
})
