import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { laterTables, schema, schemaVersion } from './schema.ts'

/** The data were written by a newer version of this service. */
export class NewerData extends Error {
  override name = 'NewerData'
}

/**
 * Opens the database file, making it and its tables where there are none.
 *
 * Commits append to the write-ahead log without waiting for the disk (`synchronous = normal`); GroupCommit then has
 * the disk confirm many of them at once, off the event loop. Together that is as durable as `full`.
 * @throws NewerData when the file has a higher schema version than this code.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = normal;
    pragma wal_autocheckpoint = 4000;
    pragma cache_size = -65536;
    pragma temp_store = memory;
    pragma foreign_keys = off;
  `)
  const version = database.prepare('pragma user_version').get()?.user_version
  if (typeof version !== 'number' || version > schemaVersion) {
    database.close()
    throw new NewerData(
      `The data have version ${version}, and this is a service for version ${schemaVersion}.`,
    )
  }
  if (version === 0) database.exec(`begin; ${schema} pragma user_version = ${schemaVersion}; commit`)
  database.exec(laterTables)
  // A new file's name is durable only once its folder is: neither SQLite nor GroupCommit sees to that.
  const folder = openSync(dirname(file), 'r')
  fsyncSync(folder)
  closeSync(folder)
  return database
}
