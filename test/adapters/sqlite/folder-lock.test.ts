import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FolderInUse, lockFolder } from '../../../functions/adapters/sqlite/folder-lock.ts'
import { perTest } from '../../contracts/harness.ts'
import { makeFolder } from '../../contracts/sqlite-store.ts'

const holder = `
  import { lockFolder } from ${JSON.stringify(resolve('functions/adapters/sqlite/folder-lock.ts'))}
  try {
    lockFolder(process.argv[1])
    process.stdout.write('locked')
    setInterval(() => {}, 60_000)
  } catch (error) {
    process.stdout.write(error.name)
  }`

describe('lockFolder', () => {
  const given = perTest(async () => {
    const { folder, remove } = await makeFolder()
    const children: ChildProcess[] = []
    return {
      folder,
      /** Starts a process that locks the folder, and waits for what it says of that. */
      startHolder: async () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', holder, folder])
        children.push(child)
        const [said] = await once(child.stdout, 'data')
        return { child, said: String(said) }
      },
      close: async () => {
        for (const child of children) child.kill('SIGKILL')
        await remove()
      },
    }
  })

  it('refuses a folder that is locked, until it is let go of', () => {
    const { folder } = given()
    const unlock = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(FolderInUse)
    expect(() => lockFolder(folder)).toThrow(folder)
    unlock()
    lockFolder(folder)()
  })

  it('keeps other processes off', async () => {
    const { folder, startHolder } = given()
    const unlock = lockFolder(folder)
    const { said } = await startHolder()
    expect(said).toBe('FolderInUse')
    unlock()
  })

  it('still keeps them off after one was refused', async () => {
    const { folder, startHolder } = given()
    const unlock = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(FolderInUse)
    expect((await startHolder()).said).toBe('FolderInUse')
    unlock()
  })

  it('leaves nothing locked by a process that was killed', async () => {
    const { folder, startHolder } = given()
    const { child, said } = await startHolder()
    expect(said).toBe('locked')
    expect(() => lockFolder(folder)).toThrow(FolderInUse)
    child.kill('SIGKILL')
    await once(child, 'exit')
    lockFolder(folder)()
  })

  it('keeps folders apart', async () => {
    const { folder } = given()
    const other = await makeFolder()
    const unlocks = [lockFolder(folder), lockFolder(other.folder)]
    for (const unlock of unlocks) unlock()
    await other.remove()
  })
})
