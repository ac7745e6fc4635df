import { chmod, mkdir, mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../functions/adapters/sqlite/database.ts'
import { FolderInUse } from '../../functions/adapters/sqlite/folder-lock.ts'
import { type DataFolder, openDataFolder, UnusableFolder } from '../../local/data-folder.ts'

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('openDataFolder', () => {
  let parent: string
  let folder: string
  let opened: DataFolder[]

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'webhooks-folder-'))
    folder = join(parent, 'deep', 'data')
    opened = []
  })

  afterEach(async () => {
    for (const { unlock } of opened) unlock()
    await rm(parent, { recursive: true, force: true })
  })

  function open(path = folder): DataFolder {
    const data = openDataFolder(path)
    opened.push(data)
    return data
  }

  /** Opens it, writes to the database, and closes it again. */
  function useOnce(): DataFolder {
    const data = openDataFolder(folder)
    openDatabase(data.databaseFile).close()
    data.unlock()
    return data
  }

  it('makes the folder and its files so that only their owner can read them', async () => {
    const { databaseFile } = open()
    const database = openDatabase(databaseFile)
    database.exec("insert into removed_webhooks values ('whk_1', 1)")
    expect(await modeOf(folder)).toBe('700')
    for (const file of ['secret.key', 'webhooks.db', 'webhooks.db-wal', 'webhooks.db-shm'])
      expect(await modeOf(join(folder, file)), file).toBe('600')
    database.close()
  })

  it('makes a key of 32 bytes, and finds the same one again', async () => {
    const first = useOnce()
    expect(first.key).toHaveLength(32)
    expect(open().key).toEqual(first.key)
    const other = open(join(parent, 'other'))
    expect(other.key).not.toEqual(first.key)
  })

  it('takes the rights of others away from a key that was copied carelessly', async () => {
    useOnce()
    await chmod(join(folder, 'secret.key'), 0o644)
    open()
    expect(await modeOf(join(folder, 'secret.key'))).toBe('600')
  })

  it('lets one opener in at a time, and the next once it is unlocked', () => {
    const { key, unlock } = openDataFolder(folder)
    expect(() => open()).toThrow(FolderInUse)
    expect(() => open()).toThrow(`Another process uses the data folder ${folder}.`)
    unlock()
    expect(open().key).toEqual(key)
  })

  it('refuses data whose key is missing, and makes no new one', async () => {
    useOnce()
    await unlink(join(folder, 'secret.key'))
    expect(() => open()).toThrow(UnusableFolder)
    expect(() => open()).toThrow(
      `The key file ${join(folder, 'secret.key')} is missing, and the secrets in ${folder} do not open without it. Put it back.`,
    )
    await expect(stat(join(folder, 'secret.key'))).rejects.toThrow('ENOENT')
  })

  it.each([
    { what: 'too short', text: Buffer.alloc(31).toString('base64') },
    { what: 'too long', text: Buffer.alloc(33).toString('base64') },
    { what: 'empty', text: '' },
    { what: 'no base64', text: '!'.repeat(44) },
  ])('refuses a key that is $what, and leaves it as it is', async ({ text }) => {
    useOnce()
    await writeFile(join(folder, 'secret.key'), text)
    expect(() => open()).toThrow(UnusableFolder)
    expect(() => open()).toThrow('does not hold 32 bytes in base64. Put the right one back.')
    expect(await readFile(join(folder, 'secret.key'), 'utf8')).toBe(text)
  })

  it('can be opened after what was wrong has been put right', async () => {
    const { key } = useOnce()
    await unlink(join(folder, 'secret.key'))
    expect(() => open()).toThrow(UnusableFolder)
    await writeFile(join(folder, 'secret.key'), key.toString('base64'))
    expect(open().key).toEqual(key)
  })

  it.each([
    { what: 'is a file', path: ['file'] },
    { what: 'lies under a file', path: ['file', 'data'] },
  ])('refuses a folder that $what', async ({ path }) => {
    await writeFile(join(parent, 'file'), '')
    const wanted = join(parent, ...path)
    expect(() => open(wanted)).toThrow(UnusableFolder)
    expect(() => open(wanted)).toThrow(
      new RegExp(`^The data folder ${wanted} cannot be used \\(E[A-Z]+\\)\\. Give another with --data`),
    )
  })

  // To root every folder is writable.
  it.skipIf(process.getuid?.() === 0)('refuses a folder that it may not write to', async () => {
    await mkdir(folder, { recursive: true, mode: 0o500 })
    expect(() => open()).toThrow('cannot be used (EACCES)')
  })
})
