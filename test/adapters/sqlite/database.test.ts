import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { NewerData, openDatabase } from '../../../functions/adapters/sqlite/database.ts'
import { migrations, schemaVersion } from '../../../functions/adapters/sqlite/schema.ts'
import { perTest } from '../../contracts/harness.ts'
import { makeFolder } from '../../contracts/sqlite-store.ts'

/** Columns by table. */
function contentsOf(database: DatabaseSync): Map<string, unknown> {
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all()
  return new Map(
    tables.map(({ name }) => [
      String(name),
      database.prepare('select name, type, "notnull", pk from pragma_table_info(?)').all(String(name)),
    ]),
  )
}

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

  it('brings data of version 1 to its own version, and loses nothing', () => {
    const { file } = given()
    const old = new DatabaseSync(file)
    old.exec(`
      pragma journal_mode = wal; begin; ${migrations[0]} pragma user_version = 1; commit;
      insert into webhooks values ('whk_1', 'https://ci.example.com/', '', '["*"]', '{}', '{}', 'sealed', 1, null, null, null,
        2.5, 3, 4, 5);
      insert into messages values ('delivery', 'dlv_2', 'whk_1', 7, 1, 1, 6, '{"payload":"{}"}'),
        ('delivery', 'dlv_1', 'whk_1', 8, 0, 0, 6, '{}'), ('fan-out-dead-letters', 'evt_1', '', 9, 20, 0, 6, '{}');
    `)
    const messages = old.prepare('select * from messages order by id').all()
    const tables = contentsOf(old)
    old.close()
    const migrated = openDatabase(file)
    expect(migrated.prepare('pragma user_version').get()).toEqual({ user_version: schemaVersion })
    expect(migrated.prepare('select * from webhooks').all()).toMatchObject([
      { id: 'whk_1', secret: 'sealed', rate_limit: 2.5, version: 3, previous_secret: null },
    ])
    expect(migrated.prepare('select * from messages order by id').all()).toEqual(messages)
    expect([...contentsOf(migrated).keys()]).toEqual(expect.arrayContaining([...tables.keys()]))
    migrated.close()
    const again = openDatabase(file)
    expect(again.prepare('select count(*) n from webhooks').get()).toEqual({ n: 1 })
    again.close()
  })

  it('has the same tables whether it made them now or out of those of version 1', () => {
    const { file } = given()
    const old = new DatabaseSync(file)
    old.exec(`begin; ${migrations[0]} pragma user_version = 1; commit`)
    old.close()
    const [migrated, made] = [openDatabase(file), openDatabase(`${file}-new`)]
    expect(contentsOf(migrated)).toEqual(contentsOf(made))
    migrated.close()
    made.close()
  })

  it('leaves data as they were when a migration fails, and can be asked again', () => {
    const { file } = given()
    const old = new DatabaseSync(file)
    old.exec(`begin; ${migrations[0]} pragma user_version = 1; commit; drop table webhooks`)
    old.close()
    for (let nth = 0; nth < 2; nth++) expect(() => openDatabase(file)).toThrow('no such table: webhooks')
    const left = new DatabaseSync(file)
    expect(left.prepare('pragma user_version').get()).toEqual({ user_version: 1 })
    left.close()
  })

  it('keeps the migrations that were released as they were', () => {
    const released = [
      'dd93f23ee2d4fe12',
      'f7a198afe3ba7fdd',
      '3f789dbaf4b95a1c',
      '827a5fe46ce06561',
      'ebf60fd244be1a1b',
      '468b13bcf2ed8cda',
      '2b34e3e185acec0b',
      'ca2e600ad0ae82b8',
      '47cafcd14048ad0a',
      '8bbd0228bf577e79',
      '7585b5b3b19ab2d9',
    ]
    const digests = migrations.map((steps) => createHash('sha256').update(steps).digest('hex').slice(0, 16))
    expect(digests.slice(0, released.length)).toEqual(released)
  })

  it('throws when the file is no database', async () => {
    const { file } = given()
    await writeFile(file, 'something else'.repeat(1_000))
    expect(() => openDatabase(file)).toThrow('not a database')
  })
})
