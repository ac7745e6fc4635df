import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { NewerData, openDatabase } from '../../../functions/adapters/sqlite/database.ts'
import { schemaVersion } from '../../../functions/adapters/sqlite/schema.ts'
import { perTest } from '../../contracts/harness.ts'
import { makeFolder } from '../../contracts/sqlite-store.ts'

describe('openDatabase', () => {
  const given = perTest(async () => {
    const { folder, remove } = await makeFolder()
    return { file: `${folder}/webhooks.db`, close: remove }
  })

  it('makes the tables where there are none, and keeps what is in them', () => {
    const { file } = given()
    const made = openDatabase(file)
    made.exec("insert into removed_webhooks values ('whk_1', 1)")
    made.close()
    const again = openDatabase(file)
    expect(again.prepare('select id from removed_webhooks').all()).toEqual([{ id: 'whk_1' }])
    expect(again.prepare('pragma user_version').get()).toEqual({ user_version: schemaVersion })
    again.close()
  })

  it('makes the tables in a file that is there and empty', async () => {
    const { file } = given()
    await writeFile(file, '')
    const database = openDatabase(file)
    expect(database.prepare('select count(*) n from events').get()).toEqual({ n: 0 })
    database.close()
  })

  it('makes the tables that came later where the data are older', () => {
    const { file } = given()
    const made = openDatabase(file)
    made.exec('drop table breakers')
    made.close()
    const database = openDatabase(file)
    expect(database.prepare('select count(*) n from breakers').get()).toEqual({ n: 0 })
    database.close()
  })

  it('has a write-ahead log from the start, whether the data are new or not', () => {
    const { file } = given()
    for (const age of ['new', 'old']) {
      const database = openDatabase(file)
      expect(existsSync(`${file}-wal`), age).toBe(true)
      expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
      expect(database.prepare('pragma synchronous').get()).toEqual({ synchronous: 1 })
      database.close()
    }
  })

  it('refuses data of a newer version, and leaves them as they are', () => {
    const { file } = given()
    const made = openDatabase(file)
    made.exec(`pragma user_version = ${schemaVersion + 1}`)
    made.close()
    expect(() => openDatabase(file)).toThrow(NewerData)
    expect(() => openDatabase(file)).toThrow(`version ${schemaVersion + 1}`)
    expect(existsSync(`${file}-wal`)).toBe(false)
  })

  it('throws when the file is no database', async () => {
    const { file } = given()
    await writeFile(file, 'something else'.repeat(1_000))
    expect(() => openDatabase(file)).toThrow('not a database')
  })
})
