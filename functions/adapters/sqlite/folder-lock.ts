import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

// https://www.sqlite.org/rescode.html#busy
const sqliteBusy = 5

/** Another process has the data folder open. */
export class FolderInUse extends Error {
  override name = 'FolderInUse'
}

/**
 * Keeps other processes off a data folder for as long as this one lives: a lock of the operating system, so that
 * `kill -9` leaves nothing behind.
 * @returns what lets go of it.
 * @throws FolderInUse.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'lock.db')
  // Whoever could open this file could hold the lock. It is not opened again once it is there: closing it would let go
  // of this very process's lock.
  if (!existsSync(file)) writeFileSync(file, '', { mode: 0o600 })
  const lock = new DatabaseSync(file)
  try {
    lock.exec('pragma busy_timeout = 0; begin exclusive')
  } catch (cause) {
    lock.close()
    if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === sqliteBusy)) throw cause
    throw new FolderInUse(`Another process uses the data folder ${folder}.`, { cause })
  }
  return () => lock.close()
}
