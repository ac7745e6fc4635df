import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SqliteQueue } from '../../../functions/adapters/sqlite/sqlite-queue.ts'
import { perTest } from '../../contracts/harness.ts'
import { type Body, maxReceives } from '../../contracts/queue.ts'
import { copyDatabase, makeFolder, openStore } from '../../contracts/sqlite-store.ts'

const message = (id: string, notBefore?: number) => ({
  id,
  body: { text: id },
  group: id.charAt(0),
  notBefore,
})

describe('SqliteQueue after kill -9', () => {
  const given = perTest(async (clock) => {
    const { folder, remove } = await makeFolder()
    const closing: (() => Promise<void>)[] = [remove]
    let file = join(folder, 'webhooks.db')
    const open = async () => {
      const { store, close } = await openStore(file, clock.now)
      closing.unshift(close)
      return new SqliteQueue<Body>(store, { name: 'q', maxReceives, maxInFlightPerGroup: 2 })
    }
    return {
      queue: await open(),
      /** The queue as the next process finds it. */
      killAndOpen: () => {
        file = copyDatabase(file, join(folder, String(closing.length)))
        return open()
      },
      close: async () => {
        for (const close of closing) await close()
      },
    }
  })
  const receive = async (queue: SqliteQueue<Body>) => (await queue.receive(10)).flat()
  const idsAndCounts = async (queue: SqliteQueue<Body>) =>
    (await receive(queue)).map(({ id, receiveCount }) => `${id} ${receiveCount}`).sort()

  it('hands out what was in flight again, its receives still counted', async () => {
    const { queue, killAndOpen } = given()
    await queue.send([message('a1'), message('a2'), message('b1')])
    await receive(queue)
    const second = await killAndOpen()
    expect(await idsAndCounts(second)).toEqual(['a1 2', 'a2 2', 'b1 2'])
    const third = await killAndOpen()
    expect(await idsAndCounts(third)).toEqual(['a1 3', 'a2 3', 'b1 3'])
  })

  it('hands out again what was handed over at once, counted as handed out', async () => {
    const { queue, killAndOpen } = given()
    queue.onSent(() => {})
    await queue.send([message('a1'), message('b1')])
    expect(await idsAndCounts(await killAndOpen())).toEqual(['a1 2', 'b1 2'])
  })

  it('hands out again what was answered and not finished', async () => {
    const { queue, killAndOpen } = given()
    await queue.send([message('a1'), message('a2')])
    await receive(queue)
    queue.answered('a', 'a1')
    expect(await idsAndCounts(await killAndOpen())).toEqual(['a1 2', 'a2 2'])
  })

  it('gives up a message that is in flight at every death', async () => {
    const { queue, killAndOpen } = given()
    await queue.send([message('a1')])
    let latest = queue
    for (let nth = 0; nth < maxReceives; nth++) {
      expect(await idsAndCounts(latest)).toEqual([`a1 ${nth + 1}`])
      latest = await killAndOpen()
    }
    expect(await idsAndCounts(latest)).toEqual([])
    expect(await (await killAndOpen()).depth()).toEqual({ waiting: 0, deadLetters: 1 })
  })

  it('has no more of what was done, and the rest of a group in full', async () => {
    const { queue, killAndOpen, clock } = given()
    await queue.send(['a1', 'a2', 'a3'].map((id) => message(id)))
    await queue.finish(await receive(queue), { isDone: ({ id }) => id === 'a1', retryAt: clock.now() })
    expect(await idsAndCounts(await killAndOpen())).toEqual(['a2 2', 'a3 1'])
  })

  it('still holds messages back until their time', async () => {
    const { queue, killAndOpen, clock } = given()
    const start = clock.now()
    await queue.send([message('a1', start + 5_000), message('b1')])
    await queue.finish(await receive(queue), { isDone: () => false, retryAt: start + 9_000 })
    const restarted = await killAndOpen()
    expect(restarted.nextDueAt()).toBe(start + 5_000)
    expect(await idsAndCounts(restarted)).toEqual([])
    await clock.advance(5_000)
    expect(await idsAndCounts(restarted)).toEqual(['a1 1'])
    await clock.advance(4_000)
    expect(await idsAndCounts(restarted)).toEqual(['b1 2'])
  })
})
