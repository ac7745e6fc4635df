import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { lockFolder } from '../functions/adapters/sqlite/folder-lock.ts'

const keyBytes = 32

/** The folder cannot be used; the message says why in one line. */
export class UnusableFolder extends Error {
  override name = 'UnusableFolder'
}

/** A data folder that this process alone has open. */
export interface DataFolder {
  readonly databaseFile: string
  /** 32 bytes, in a file that only its owner can read. Without it no secret in the database opens. */
  readonly key: Buffer
  readonly unlock: () => void
}

/**
 * Opens the folder, making it and its key where there are none; only its owner can read what is in it.
 * @throws UnusableFolder, FolderInUse.
 */
export function openDataFolder(path: string): DataFolder {
  const folder = resolve(path)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const databaseFile = join(folder, 'webhooks.db')
    const unlock = lockFolder(folder)
    try {
      const key = readOrMakeKey(folder, existsSync(databaseFile))
      if (!existsSync(databaseFile)) writeFileSync(databaseFile, '', { mode: 0o600 })
      return { databaseFile, key, unlock }
    } catch (error) {
      unlock()
      throw error
    }
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === undefined) throw error
    throw new UnusableFolder(
      `The data folder ${folder} cannot be used (${reason}). Give another with --data, or correct its permissions.`,
    )
  }
}

function readOrMakeKey(folder: string, hasData: boolean): Buffer {
  const file = join(folder, 'secret.key')
  if (!existsSync(file)) {
    if (hasData)
      throw new UnusableFolder(
        `The key file ${file} is missing, and the secrets in ${folder} do not open without it. Put it back.`,
      )
    writeFileSync(file, randomBytes(keyBytes).toString('base64'), { mode: 0o600, flag: 'wx', flush: true })
  }
  chmodSync(file, 0o600)
  const key = Buffer.from(readFileSync(file, 'utf8'), 'base64')
  if (key.length !== keyBytes)
    throw new UnusableFolder(
      `The key file ${file} does not hold ${keyBytes} bytes in base64. Put the right one back.`,
    )
  return key
}

const fileCodes = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC']
// https://www.sqlite.org/rescode.html
const databaseCodes: Readonly<Record<number, string>> = {
  8: 'a file in it is read-only',
  13: 'the disk is full',
  14: 'a file in it cannot be opened',
  26: 'a file in it is no database',
}

/** Why the folder's files do not open, in words; undefined when it is none of the usual reasons. */
export function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && fileCodes.includes(String(error.code))) return String(error.code)
  return 'errcode' in error ? databaseCodes[Number(error.errcode) & 0xff] : undefined
}
