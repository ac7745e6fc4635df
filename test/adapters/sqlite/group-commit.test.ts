import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../../functions/adapters/sqlite/database.ts'
import { GroupCommit } from '../../../functions/adapters/sqlite/group-commit.ts'
import { perTest } from '../../contracts/harness.ts'
import { makeFolder } from '../../contracts/sqlite-store.ts'

/** A log whose syncs a test counts, and holds up or fails by putting another `sync` in. */
function aLog() {
  return {
    syncs: 0,
    sync: async () => {},
    isClosed: false,
    async datasync() {
      this.syncs += 1
      await this.sync()
    },
    async close() {
      this.isClosed = true
    },
  }
}

describe('GroupCommit', () => {
  const given = perTest(async () => {
    const { folder, remove } = await makeFolder()
    const file = `${folder}/webhooks.db`
    const database = openDatabase(file)
    database.exec('create table notes (text text primary key) strict')
    const insert = database.prepare('insert into notes (text) values (?)')
    const log = aLog()
    const broken: unknown[] = []
    const commits = new GroupCommit(database, log, {
      onBroken: (error) => broken.push(error),
      patienceMs: 60_000,
    })
    return {
      file,
      database,
      log,
      commits,
      broken,
      note: (text: string) => commits.write(() => insert.run(text)),
      insert,
      /** What another connection, as a process started later, finds committed. */
      committed: () => {
        const other = new DatabaseSync(file, { readOnly: true })
        const notes = other.prepare('select text from notes order by text').all()
        other.close()
        return notes.map(({ text }) => text)
      },
      close: async () => {
        database.close()
        await remove()
      },
    }
  })

  it('resolves with what the work returned', async () => {
    const { commits, insert } = given()
    expect(await commits.write(() => Number(insert.run('a').changes))).toBe(1)
  })

  it('resolves only once the log is synced, which begins after the commit', async () => {
    const { log, note, committed } = given()
    const [begun, held] = [Promise.withResolvers<unknown[]>(), Promise.withResolvers<void>()]
    log.sync = () => {
      begun.resolve(committed())
      return held.promise
    }
    let isResolved = false
    const written = note('a').then(() => {
      isResolved = true
    })
    expect(await begun.promise).toEqual(['a'])
    await new Promise((resolve) => setImmediate(resolve))
    expect(isResolved).toBe(false)
    held.resolve()
    await written
  })

  it('shares one commit and one sync among writes that come together', async () => {
    const { log, note, committed } = given()
    await Promise.all(Array.from({ length: 100 }, (_, nth) => note(`note ${nth}`)))
    expect(log.syncs).toBe(1)
    expect(committed()).toHaveLength(100)
  })

  it('gathers the writes that come during a sync for the next one', async () => {
    const { log, note, committed } = given()
    const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    log.sync = () => {
      begun.resolve()
      return held.promise
    }
    const first = note('a')
    await begun.promise
    const later = [note('b'), note('c'), note('d')]
    expect(committed()).toEqual(['a'])
    held.resolve()
    await Promise.all([first, ...later])
    expect(log.syncs).toBe(2)
    expect(committed()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('runs writes in the order in which they came', async () => {
    const { commits } = given()
    const order: number[] = []
    await Promise.all([1, 2, 3].map((nth) => commits.write(() => order.push(nth))))
    expect(order).toEqual([1, 2, 3])
  })

  it('undoes a write whose work throws, and spoils no other', async () => {
    const { commits, note, insert, committed } = given()
    const failed = commits.write(() => {
      insert.run('half of it')
      throw new Error('The other half failed.')
    })
    const results = await Promise.allSettled([note('a'), failed, note('b')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await expect(failed).rejects.toThrow('The other half failed.')
    expect(committed()).toEqual(['a', 'b'])
  })

  it('spoils no other write when the database refuses one', async () => {
    const { note, committed } = given()
    const results = await Promise.allSettled([note('a'), note('a'), note('b')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(committed()).toEqual(['a', 'b'])
  })

  it('spoils no other write when one keeps the commit itself from succeeding', async () => {
    const { database, commits, note, committed } = given()
    database.exec(`pragma foreign_keys = on;
      create table replies (note text references notes (text) deferrable initially deferred) strict`)
    const orphan = commits.write(() => database.exec("insert into replies values ('nothing')"))
    const results = await Promise.allSettled([note('a'), orphan, note('b')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(committed()).toEqual(['a', 'b'])
  })

  it('rejects a write that does not fit on the disk, and goes on with those that do', async () => {
    const { database, note, committed } = given()
    database.exec(
      `pragma max_page_count = ${Number(database.prepare('pragma page_count').get()?.page_count) + 2}`,
    )
    const large = note('x'.repeat(100_000))
    const results = await Promise.allSettled([note('a'), large, note('b')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await expect(large).rejects.toThrow('full')
    await note('c')
    expect(committed()).toEqual(['a', 'b', 'c'])
  })

  it('rejects all writes while another connection holds the database, stores none, and goes on afterwards', async () => {
    const { file, log, note, committed } = given()
    const other = new DatabaseSync(file)
    other.exec('begin immediate')
    const results = await Promise.allSettled([note('a'), note('b')])
    other.close()
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(committed()).toEqual([])
    expect(log.syncs).toBe(0)
    await note('c')
    expect(committed()).toEqual(['c'])
  })

  it('rejects all writes of a sync that fails', async () => {
    const { log, note } = given()
    log.sync = async () => {
      throw new Error('The disk did not take it.')
    }
    const [a, b] = await Promise.allSettled([note('a'), note('b')])
    expect(a).toMatchObject({ status: 'rejected', reason: { message: 'The disk did not take it.' } })
    expect(b).toMatchObject({ status: 'rejected', reason: { message: 'The disk did not take it.' } })
  })

  it('resolves a write ahead once it is committed, and has the next one take it to the disk', async () => {
    const { log, commits, insert, note, committed } = given()
    await commits.writeAhead(() => insert.run('a'))
    expect(committed()).toEqual(['a'])
    expect(log.syncs).toBe(0)
    await note('b')
    expect(log.syncs).toBe(1)
    await expect(commits.writeAhead(() => insert.run('a'))).rejects.toThrow('UNIQUE')
    await note('c')
    expect(committed()).toEqual(['a', 'b', 'c'])
  })

  it('shares one sync between a write ahead and what is written because of it', async () => {
    const { log, commits, insert, note } = given()
    const both = async (text: string) => {
      await commits.writeAhead(() => insert.run(text))
      await note(`${text} too`)
    }
    await Promise.all(Array.from({ length: 10 }, (_, nth) => both(`note ${nth}`)))
    expect(log.syncs).toBe(1)
  })

  it('has a write that nobody waits for join the next that somebody waits for, in the order in which they came', async () => {
    const { log, commits, insert, note, committed } = given()
    const order: string[] = []
    const patient = commits.writeInCompany(() => insert.run('a')).then(() => order.push('a'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(committed()).toEqual([])
    await Promise.all([patient, note('b').then(() => order.push('b'))])
    expect(order).toEqual(['a', 'b'])
    expect(log.syncs).toBe(1)
  })

  it('writes what nobody waits for when it is closed, and alone when its time is up', async () => {
    const { database, log, commits, insert, committed } = given()
    const soon = new GroupCommit(database, aLog(), { patienceMs: 1 })
    await soon.writeInCompany(() => insert.run('a'))
    const written = commits.writeInCompany(() => insert.run('b'))
    await commits.close()
    await written
    expect([committed(), log.isClosed]).toEqual([['a', 'b'], true])
  })

  it('says that the store is broken when a sync fails, and not before', async () => {
    const { log, note, broken } = given()
    await note('a')
    expect(broken).toEqual([])
    const refused = new Error('EIO')
    log.sync = () => Promise.reject(refused)
    await expect(note('b')).rejects.toBe(refused)
    expect(broken).toEqual([refused])
  })

  it('closes the log once all writes are over', async () => {
    const { log, commits, note, committed } = given()
    const writes = [note('a'), note('b')]
    const seen: unknown[] = []
    log.sync = async () => {
      seen.push(log.isClosed)
    }
    await commits.close()
    expect(log.isClosed).toBe(true)
    expect(seen).toEqual([false])
    await Promise.all(writes)
    expect(committed()).toEqual(['a', 'b'])
  })
})
