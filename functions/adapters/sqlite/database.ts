import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrations, schemaVersion } from './schema.ts'

/** The data were written by a newer version of this service. */
export class NewerData extends Error {
  override name = 'NewerData'
}

/**
 * Opens the database file, making it where there is none, and brings its tables to the version of this code.
 *
 * Commits append to the write-ahead log without waiting for the disk (`synchronous = normal`); GroupCommit then has
 * the disk confirm many of them at once, off the event loop. Together that is as durable as `full`. Checkpoints are made
 * by a thread; those of SQLite itself, within a commit, are there for when that one cannot.
 * What is deleted is overwritten, so that an erased payload, an expired log and messages that were handled leave no traces
 * in the file (decision 0017).
 * @throws NewerData when the file has a higher schema version than this code.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = normal;
    pragma wal_autocheckpoint = 40000;
    pragma cache_size = -16384;
    pragma temp_store = memory;
    pragma foreign_keys = off;
    pragma secure_delete = on;
  `)
  const version = database.prepare('pragma user_version').get()?.user_version
  if (typeof version !== 'number' || version > schemaVersion) {
    database.close()
    throw new NewerData(
      `The data have version ${version}, and this is a service for version ${schemaVersion}.`,
    )
  }
  if (version < schemaVersion) migrate(database, version)
  // A new file's name is durable only once its folder is: neither SQLite nor GroupCommit sees to that.
  const folder = openSync(dirname(file), 'r')
  fsyncSync(folder)
  closeSync(folder)
  return database
}

/** Takes all steps from a version to this code's or, when one fails, none. @throws what failed, the database closed. */
function migrate(database: DatabaseSync, version: number): void {
  const steps = migrations.slice(version).join('')
  try {
    database.exec(`begin; ${steps} pragma user_version = ${schemaVersion}; commit`)
  } catch (error) {
    database.close()
    throw error
  }
}
