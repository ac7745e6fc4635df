import { copyFileSync, mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../functions/adapters/sqlite/database.ts'
import { SqliteExpiry } from '../../functions/adapters/sqlite/expiry.ts'
import { GroupCommit } from '../../functions/adapters/sqlite/group-commit.ts'
import type { SqliteStore } from '../../functions/adapters/sqlite/store.ts'
import { type Open, retentionMs } from './harness.ts'

/** Makes an empty folder; `remove` takes it away with all that is in it. */
export async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-sqlite-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Copies a database as `kill -9` leaves it at this moment, into `folder`; returns the copy's file. */
export function copyDatabase(file: string, folder: string): string {
  const copy = join(folder, 'webhooks.db')
  mkdirSync(folder, { recursive: true })
  for (const part of ['', '-wal']) copyFileSync(`${file}${part}`, `${copy}${part}`)
  return copy
}

/** The store in a database file, made where there is none; `close` lets go of the file. */
export async function openStore(file: string, now: () => number) {
  const database = openDatabase(file)
  const commits = await GroupCommit.over(database, file)
  const store: SqliteStore = { database, commits, now, retentionMs }
  SqliteExpiry.prepare(store)
  return {
    store,
    close: async () => {
      await commits.close()
      database.close()
    },
  }
}

/** Opens SQLite adapters as a contract suite wants them: over a new database that is removed on close. */
export function onSqlite<Ports>(
  build: (store: SqliteStore) => Ports,
): Open<Ports & { readonly store: SqliteStore; readonly file: string }> {
  return async (clock) => {
    const { folder, remove } = await makeFolder()
    const file = join(folder, 'webhooks.db')
    const { store, close } = await openStore(file, clock.now)
    return {
      ...build(store),
      store,
      file,
      close: async () => {
        await close()
        await remove()
      },
    }
  }
}
