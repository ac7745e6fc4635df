import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { GroupCommit } from '../../../functions/adapters/sqlite/group-commit.ts'
import { SqliteLevels } from '../../../functions/adapters/sqlite/sqlite-levels.ts'
import { SqliteQueue } from '../../../functions/adapters/sqlite/sqlite-queue.ts'
import type { Outgoing } from '../../../functions/domain/messages.ts'
import { perTest } from '../../contracts/harness.ts'
import { type Body, maxReceives, queueContract } from '../../contracts/queue.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'

queueContract(
  'SQLite',
  onSqlite((store) => {
    const queue = new SqliteQueue<Body>(store, { name: 'q', maxReceives, maxInFlightPerGroup: 100 })
    const levels = new SqliteLevels(store)
    return { queue, level: async () => levels.queue('q') }
  }),
)

describe('SqliteQueue', () => {
  const given = perTest(
    onSqlite((store) => ({
      queue: new SqliteQueue<Body>(store, { name: 'q', maxReceives, maxInFlightPerGroup: 2 }),
      other: new SqliteQueue<Body>(store, { name: 'other', maxReceives, maxInFlightPerGroup: 2 }),
    })),
  )
  const message = (id: string, over: Partial<Outgoing<Body>> = {}) => ({ id, body: { text: id }, ...over })
  const send = (...messages: Outgoing<Body>[]) => given().queue.send(messages)
  const receive = async (limit = 10) => (await given().queue.receive(limit)).flat()
  const receiveIds = async (limit?: number) => (await receive(limit)).map(({ id }) => id)
  const finish = (batch: Awaited<ReturnType<typeof receive>>, isDone: boolean) =>
    given().queue.finish(batch, { isDone: () => isDone, retryAt: given().clock.now() })

  it.each([
    ['a later one and then an earlier', 10_000, 5_000, 5_000],
    ['an earlier one and then a later', 5_000, 10_000, 5_000],
    ['a later one and then at once', 5_000, undefined, 0],
  ])('takes a message sent for %s as one, due at the earlier time', async (_, first, second, due) => {
    const { queue, clock } = given()
    const start = clock.now()
    for (const delayMs of [first, second])
      await send(message('m', { notBefore: delayMs === undefined ? undefined : start + delayMs }))
    expect(queue.nextDueAt()).toBe(start + due)
    await clock.advance(due - 1)
    expect(await receiveIds()).toEqual([])
    await clock.advance(1)
    expect(await receiveIds()).toEqual(['m'])
    await clock.advance(20_000)
    expect(await receiveIds()).toEqual([])
    expect(await queue.depth()).toEqual({ waiting: 1, deadLetters: 0 })
  })

  it('takes a message that is sent again while it is in flight as the same', async () => {
    await send(message('m'))
    const first = await receive()
    await send(message('m'))
    expect(await receiveIds()).toEqual([])
    await finish(first, false)
    const second = await receive()
    expect(second.map(({ receiveCount }) => receiveCount)).toEqual([2])
    await finish(second, true)
    expect(await receiveIds()).toEqual([])
  })

  it('still counts how often a message was handed out when it is sent again', async () => {
    await send(message('m'))
    await finish(await receive(), false)
    await send(message('m'))
    expect((await receive()).map(({ receiveCount }) => receiveCount)).toEqual([2])
  })

  it('takes a message with the id of a dead letter as a new one, and can give it up too', async () => {
    for (const round of [1, 2]) {
      await send(message('m'))
      for (let nth = 1; nth <= maxReceives; nth++) {
        const batch = await receive()
        expect(
          batch.map(({ receiveCount }) => receiveCount),
          `round ${round}`,
        ).toEqual([nth])
        await finish(batch, false)
      }
      expect(await receiveIds()).toEqual([])
      expect(await given().queue.depth()).toEqual({ waiting: 0, deadLetters: 1 })
    }
  })

  it('gives each group its turn, however many messages another has', async () => {
    const noisy = Array.from({ length: 20 }, (_, nth) => message(`noisy ${nth}`, { group: 'noisy' }))
    await send(...noisy, message('quiet', { group: 'quiet' }))
    const [first, second] = [await receive(1), await receive(1)]
    expect(first[0]?.group).toBe('noisy')
    expect(second[0]?.group).toBe('quiet')
  })

  it('hands out batches of one group each', async () => {
    await send(...['a1', 'b1', 'a2', 'b2'].map((id) => message(id, { group: id.charAt(0) })))
    const batches = await given().queue.receive(10)
    expect(batches.map((batch) => batch.map(({ id }) => id))).toEqual([
      ['a1', 'a2'],
      ['b1', 'b2'],
    ])
  })

  it('has no more of a group in flight than it may, even for receives at once', async () => {
    await send(...['a1', 'a2', 'a3', 'a4'].map((id) => message(id, { group: 'a' })))
    const received = (await Promise.all([receive(), receive(), receive()])).flat()
    expect(received.map(({ id }) => id)).toEqual(['a1', 'a2'])
    await send(message('b1', { group: 'b' }))
    expect(await receiveIds()).toEqual(['b1'])
    await finish(received.slice(0, 1), true)
    expect(await receiveIds()).toEqual(['a3'])
    await finish(received.slice(1), false)
    expect(await receiveIds()).toEqual(['a2'])
  })

  it('hands out the next of a group when one was answered, which stays hidden until it is finished', async () => {
    const { queue } = given()
    await send(...['a1', 'a2', 'a3', 'a4', 'a5'].map((id) => message(id, { group: 'a' })))
    const batch = await receive()
    expect(batch.map(({ id }) => id)).toEqual(['a1', 'a2'])
    let calls = 0
    queue.onSent(() => calls++)
    for (const id of ['a1', 'a1', 'a2']) queue.answered('a', id)
    expect(calls).toBe(2)
    const next = await receive()
    expect(next.map(({ id }) => id)).toEqual(['a3', 'a4'])
    await finish(batch, true)
    expect(await receiveIds()).toEqual([])
    // Not done although answered: it takes a whole place when it comes again.
    queue.answered('a', 'a3')
    await finish(next.slice(0, 1), false)
    expect(await receiveIds()).toEqual(['a3'])
    expect(await receiveIds()).toEqual([])
    await finish(next.slice(1), true)
    expect(await receiveIds()).toEqual(['a5'])
  })

  it('tells when the next message is due that could be handed out', async () => {
    const { queue, clock } = given()
    const start = clock.now()
    expect(queue.nextDueAt()).toBe(Number.POSITIVE_INFINITY)
    await send(message('late', { notBefore: start + 9_000 }), message('soon', { notBefore: start + 3_000 }))
    expect(queue.nextDueAt()).toBe(start + 3_000)
    await send(...['a1', 'a2', 'a3'].map((id) => message(id, { group: 'a' })))
    expect(queue.nextDueAt()).toBe(start)
    const batch = await receive()
    expect(queue.nextDueAt()).toBe(start + 3_000)
    await finish(batch, true)
    expect(queue.nextDueAt()).toBe(start)
  })

  it('has nothing due while all its messages are in flight', async () => {
    const { queue } = given()
    await send(message('m'))
    await receive()
    expect(queue.nextDueAt()).toBe(Number.POSITIVE_INFINITY)
  })

  it('calls back whenever messages were sent, once they are stored', async () => {
    const { queue } = given()
    const found: Promise<string[]>[] = []
    queue.onSent(() => found.push(receiveIds()))
    await send()
    expect(found).toEqual([])
    await send(message('a'), message('b'))
    expect(await Promise.all(found)).toEqual([['a', 'b']])
  })

  describe('with a poller', () => {
    const inFlight = () =>
      given()
        .store.database.prepare(
          "select id, in_flight, receive_count from messages where queue = 'q' order by id",
        )
        .all()
        .map((row) => Object.values(row).join(' '))

    it('hands over what could be taken at once, stored as taken, and leaves the rest to be read', async () => {
      const { queue, clock } = given()
      queue.onSent(() => {})
      await send(
        ...['a1', 'a2', 'a3', 'b1'].map((id) => message(id, { group: id.charAt(0) })),
        message('c1', { notBefore: clock.now() + 1_000 }),
      )
      expect(inFlight()).toEqual(['a1 1 1', 'a2 1 1', 'a3 0 0', 'b1 1 1', 'c1 0 0'])
      const batches = await queue.receive(10)
      expect(batches.map((batch) => batch.map(({ id, receiveCount }) => `${id} ${receiveCount}`))).toEqual([
        ['a1 1', 'a2 1'],
        ['b1 1'],
      ])
      for (const batch of batches) await finish([...batch], true)
      expect(await receiveIds()).toEqual(['a3'])
      await clock.advance(1_000)
      expect(await receiveIds()).toEqual(['c1'])
    })

    it('passes over nothing that waits: what is due comes first', async () => {
      const { queue } = given()
      await send(...['a1', 'a2'].map((id) => message(id, { group: 'a' })))
      queue.onSent(() => {})
      await send(message('a3', { group: 'a' }))
      expect(inFlight()).toEqual(['a1 0 0', 'a2 0 0', 'a3 0 0'])
      expect(await receiveIds()).toEqual(['a1', 'a2'])
    })

    it('takes a message that is sent twice as one, also within one call', async () => {
      const { queue } = given()
      queue.onSent(() => {})
      await send(message('m', { group: 'a' }), message('m', { group: 'a' }))
      await send(message('m', { group: 'a' }))
      const batch = await receive()
      expect(batch.map(({ id }) => id)).toEqual(['m'])
      await finish(batch, true)
      expect(await receiveIds()).toEqual([])
      expect(queue.nextDueAt()).toBe(Number.POSITIVE_INFINITY)
      // The places of those that were none are free again.
      await send(...['a1', 'a2'].map((id) => message(id, { group: 'a' })))
      expect(await receiveIds()).toEqual(['a1', 'a2'])
    })

    it('hands over no more than it was asked for, and none that could not be stored', async () => {
      const { queue, store } = given()
      queue.onSent(() => {})
      store.database.exec(
        "create temp trigger full before insert on main.messages when new.id = 'x' begin select raise(abort, 'full'); end",
      )
      await expect(send(message('x', { group: 'a' }))).rejects.toThrow('full')
      expect(await receiveIds()).toEqual([])
      await send(...['a1', 'b1', 'a2'].map((id) => message(id, { group: id.charAt(0) })))
      expect([await receiveIds(1), await receiveIds(1), await receiveIds(9)]).toEqual([
        ['a1'],
        ['b1'],
        ['a2'],
      ])
    })
  })

  it('stores what is for later with what somebody waits for', async () => {
    const { store, clock } = given()
    const log = { syncs: 0, datasync: async () => void log.syncs++, close: async () => {} }
    const commits = new GroupCommit(store.database, log, { patienceMs: 60_000 })
    const options = { name: 'patient', maxReceives, maxInFlightPerGroup: 2 }
    const queue = new SqliteQueue<Body>({ ...store, commits }, options)
    const later = queue.send([message('later', { notBefore: clock.now() + 1 })])
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await queue.depth()).toEqual({ waiting: 0, deadLetters: 0 })
    await queue.send([message('now'), message('later too', { notBefore: clock.now() + 1 })])
    await later
    expect([log.syncs, (await queue.depth()).waiting]).toEqual([1, 3])
    expect(queue.nextDueAt()).toBe(clock.now())
  })

  it('shares its database with other queues', async () => {
    const { queue, other } = given()
    await send(message('m'))
    await other.send([message('m'), message('n')])
    expect(await receiveIds()).toEqual(['m'])
    const ofOther = (await other.receive(10)).flat()
    expect(ofOther.map(({ id }) => id)).toEqual(['m', 'n'])
    await other.finish(ofOther, { isDone: () => true, retryAt: 0 })
    expect(await queue.depth()).toEqual({ waiting: 1, deadLetters: 0 })
    expect(await other.depth()).toEqual({ waiting: 0, deadLetters: 0 })
  })

  it('loses no message when the database takes no writes for a while', async () => {
    const { queue, file } = given()
    const blocked = async (work: () => Promise<unknown>) => {
      const other = new DatabaseSync(file)
      other.exec('begin immediate')
      await expect(work()).rejects.toThrow('locked')
      other.close()
    }
    await blocked(() => send(message('refused')))
    expect(queue.nextDueAt()).toBe(Number.POSITIVE_INFINITY)
    await send(message('a'), message('b'), message('c'))
    await blocked(() => receive())
    const batch = await receive()
    expect(batch.map(({ id, receiveCount }) => [id, receiveCount])).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    queue.answered('', 'a')
    await blocked(() => finish(batch, true))
    await finish(batch, true)
    expect(await receiveIds()).toEqual(['c'])
    expect(await queue.depth()).toEqual({ waiting: 1, deadLetters: 0 })
  })
})
