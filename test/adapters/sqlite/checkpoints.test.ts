import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { Checkpoints } from '../../../functions/adapters/sqlite/checkpoints.ts'
import { openDatabase } from '../../../functions/adapters/sqlite/database.ts'
import { GroupCommit } from '../../../functions/adapters/sqlite/group-commit.ts'
import { perTest } from '../../contracts/harness.ts'
import { makeFolder } from '../../contracts/sqlite-store.ts'
import { until } from '../../support/until.ts'

const sizes = { stepPages: 20, fullPages: 40 }

describe('Checkpoints', () => {
  const given = perTest(async () => {
    const { folder, remove } = await makeFolder()
    const file = `${folder}/webhooks.db`
    const database = openDatabase(file)
    database.exec('create table notes (text text) strict')
    const insert = database.prepare('insert into notes (text) values (?)')
    const progress = database.prepare('pragma wal_checkpoint(noop)')
    return {
      file,
      database,
      /** Writes about two pages. */
      write: (commits: GroupCommit) => commits.write(() => insert.run(randomBytes(3_000).toString('hex'))),
      /** Pages of the log. */
      pages: () => Number(progress.get()?.log),
      notes: () => Number(database.prepare('select count(*) as count from notes').get()?.count),
      close: async () => {
        database.close()
        await remove()
      },
    }
  })

  it('keep the log short while others write without a pause', async () => {
    const { database, file, write, pages, notes } = given()
    const commits = await GroupCommit.over(database, file, sizes)
    let most = 0
    const writer = async () => {
      for (let nth = 0; nth < 100; nth++) {
        await write(commits)
        most = Math.max(most, pages())
      }
    }
    await Promise.all([writer(), writer(), writer(), writer()])
    await commits.close()
    expect(notes()).toBe(400)
    // Four times full, and what one transaction and the steps that were under way may add.
    expect(most).toBeLessThan(4 * sizes.fullPages + 60)
    expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  })

  it('let the log grow while somebody reads an old state, and begin it anew afterwards', async () => {
    const { database, file, write, pages, notes } = given()
    const commits = await GroupCommit.over(database, file, sizes)
    const reader = new DatabaseSync(file, { readOnly: true })
    reader.exec('begin')
    reader.prepare('select count(*) from notes').get()
    for (let nth = 0; nth < 60; nth++) await write(commits)
    expect(pages()).toBeGreaterThan(2 * sizes.fullPages)
    expect(reader.prepare('select count(*) as count from notes').get()).toEqual({ count: 0 })
    reader.close()
    await until(async () => {
      await write(commits)
      return pages() < sizes.fullPages
    })
    await commits.close()
    expect(notes()).toBeGreaterThan(60)
  })

  it('have a full log waited for only when little of it is left', async () => {
    const { database, file, write } = given()
    const commits = await GroupCommit.over(database, file, { fullPages: Number.POSITIVE_INFINITY })
    for (let nth = 0; nth < 60; nth++) await write(commits)
    // Else the log would begin anew between two steps here, where nobody else writes.
    const reader = new DatabaseSync(file, { readOnly: true })
    reader.exec('begin')
    reader.prepare('select count(*) from notes').get()
    const checkpoints = new Checkpoints(database, file, { stepPages: 80, fullPages: 100 })
    // All of its pages are left: the first step takes them, and nobody waits for it.
    expect(checkpoints.afterCommit()).toBeUndefined()
    await checkpoints.idle()
    await write(commits)
    expect(checkpoints.afterCommit()).toBeInstanceOf(Promise)
    await checkpoints.close()
    reader.close()
    await commits.close()
  })

  it('that fail are told of, and hold up no write', async () => {
    const { database, file, write, notes, pages } = given()
    const failures: string[] = []
    const elsewhere = `${file}/none.db`
    const commits = new GroupCommit(
      database,
      { datasync: async () => {}, close: async () => {} },
      {
        checkpoints: new Checkpoints(database, elsewhere, {
          ...sizes,
          onFailed: (error) => failures.push(error),
        }),
      },
    )
    for (let nth = 0; nth < 60; nth++) await write(commits)
    await commits.close()
    expect(notes()).toBe(60)
    expect(failures.length).toBeGreaterThan(0)
    // Not after each commit, which would be as many threads.
    expect(failures.length).toBeLessThanOrEqual(pages() / sizes.stepPages)
    expect(failures[0]).toContain('unable to open database file')
  })

  it('are not under way while something runs between them', async () => {
    const { database, file, write } = given()
    const commits = await GroupCommit.over(database, file, { stepPages: 5, fullPages: 10 })
    for (let nth = 0; nth < 20; nth++) {
      const writing = write(commits)
      const emptied = await commits.betweenCheckpoints(() =>
        database.prepare('pragma wal_checkpoint(truncate)').get(),
      )
      expect(emptied).toMatchObject({ busy: 0 })
      await writing
    }
    await commits.close()
  })
})
