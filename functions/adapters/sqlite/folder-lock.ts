import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

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
  // Whoever could open this file could hold the lock.
  closeSync(openSync(file, 'a', 0o600))
  const lock = new DatabaseSync(file)
  try {
    lock.exec('pragma busy_timeout = 0; begin exclusive')
  } catch (cause) {
    lock.close()
    throw new FolderInUse(`Another process uses the data folder ${folder}.`, { cause })
  }
  return () => lock.close()
}
