import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Checkpoints } from '../../../functions/adapters/sqlite/checkpoints.ts'
import { openDatabase } from '../../../functions/adapters/sqlite/database.ts'
import { GroupCommit } from '../../../functions/adapters/sqlite/group-commit.ts'
import { SqliteDeliveries } from '../../../functions/adapters/sqlite/sqlite-deliveries.ts'
import { SqliteEvents } from '../../../functions/adapters/sqlite/sqlite-events.ts'
import { SqliteQueue } from '../../../functions/adapters/sqlite/sqlite-queue.ts'
import type { SqliteStore } from '../../../functions/adapters/sqlite/store.ts'
import { ManualClock, perTest, retentionMs } from '../../contracts/harness.ts'
import { type Body, maxReceives } from '../../contracts/queue.ts'
import { copyDatabase, makeFolder, openStore } from '../../contracts/sqlite-store.ts'
import { aDelivery, anAttempt, anEvent } from '../../support/builders.ts'
import { seededRandom } from '../../support/random.ts'

/** The database as it was left at some moment, and the ids of the rounds that had been resolved by then. */
interface Copy {
  readonly file: string
  readonly rounds: string[]
}

const writers = 4
const roundsPerWriter = 25
// So small that the log begins anew many times.
const checkpoints = { stepPages: 10, fullPages: 20 }

function adaptersOver(store: SqliteStore) {
  const queue = new SqliteQueue<Body>(store, { name: 'q', maxReceives, maxInFlightPerGroup: 1_000 })
  return { events: new SqliteEvents(store), deliveries: new SqliteDeliveries(store), queue }
}

/** Several writers at once, each storing an event, its delivery and a message, round by round. */
async function write(store: SqliteStore, onResolved: (round: string) => void): Promise<void> {
  const { events, deliveries, queue } = adaptersOver(store)
  const rounds = async () => {
    for (let nth = 0; nth < roundsPerWriter; nth++) {
      const event = anEvent()
      const delivery = aDelivery({ eventId: event.id, status: 'delivered', attempts: 1 })
      await events.store([{ event }])
      await deliveries.record({ delivery, attempt: anAttempt(), sweepAt: null })
      await queue.send([{ id: event.id, body: { text: delivery.id } }])
      onResolved(`${event.id} ${delivery.id}`)
    }
  }
  await Promise.all(Array.from({ length: writers }, rounds))
}

/** Opens a copy as the next process does, and looks for all that had been resolved. */
async function check({ file, rounds }: Copy): Promise<void> {
  const { store, close } = await openStore(file, new ManualClock().now)
  const { events, deliveries, queue } = adaptersOver(store)
  const waiting = new Set((await queue.receive(1_000)).flat().map(({ id }) => id))
  for (const round of rounds) {
    const [eventId = '', deliveryId = ''] = round.split(' ')
    expect(await events.payload(eventId), eventId).toBeDefined()
    expect((await deliveries.find(deliveryId))?.status, deliveryId).toBe('delivered')
    expect(waiting.has(eventId), eventId).toBe(true)
  }
  const halves = 'select id from deliveries where id not in (select delivery_id from attempts)'
  expect(store.database.prepare(halves).all()).toEqual([])
  expect(store.database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  await close()
}

describe('the database', () => {
  const given = perTest(async (clock) => {
    const { folder, remove } = await makeFolder()
    const file = join(folder, 'webhooks.db')
    const database = openDatabase(file)
    const copies: Copy[] = []
    return {
      database,
      file,
      copies,
      copy: () =>
        copies.push({ file: copyDatabase(file, join(folder, `copy-${copies.length}`)), rounds: [] }),
      storeWith: (commits: GroupCommit): SqliteStore => ({ database, commits, now: clock.now, retentionMs }),
      close: async () => {
        database.close()
        await remove()
      },
    }
  })

  it('holds all that was resolved when the process is killed, at whatever moment', async () => {
    const { database, file, copies, copy, storeWith } = given()
    const commits = await GroupCommit.over(database, file, checkpoints)
    const random = seededRandom(20_261_123)
    const resolved: string[] = []
    await write(storeWith(commits), (round) => {
      resolved.push(round)
      if (random() < 0.25) {
        copy()
        copies.at(-1)?.rounds.push(...resolved)
      }
    })
    await commits.close()
    expect(resolved).toHaveLength(writers * roundsPerWriter)
    expect(copies.length).toBeGreaterThan(10)
    for (const one of copies) await check(one)
  })

  it('holds all that was resolved when the power fails: what the last sync had put on the disk', async () => {
    const { database, file, copies, copy, storeWith } = given()
    const log = await open(`${file}-wal`, 'r+')
    const copying = {
      datasync: async () => {
        await log.datasync()
        copy()
      },
      close: () => log.close(),
    }
    const commits = new GroupCommit(database, copying, {
      checkpoints: new Checkpoints(database, file, checkpoints),
    })
    const resolved: string[] = []
    await write(storeWith(commits), (round) => {
      resolved.push(round)
      const newest = copies.at(-1)
      newest?.rounds.push(...resolved.slice(newest.rounds.length))
    })
    await commits.close()
    expect(copies.at(-1)?.rounds).toHaveLength(writers * roundsPerWriter)
    for (const one of copies) await check(one)
  })
})
