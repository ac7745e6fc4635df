import { execFile } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const project = fileURLToPath(new URL('..', import.meta.url))

/** Under what a run was made. */
export interface Conditions {
  readonly date: string
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly kernel: string
  readonly node: string
  /** Null without git; `+changes` when the tree is not what was committed. */
  readonly commit: string | null
  /** Where the server's data were, and on what. */
  readonly data: string
}

/** What can be known of this machine and this tree. */
export async function conditions(data: DataPlace): Promise<Conditions> {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: `${type()} ${release()}`,
    node: process.version,
    commit: await commit(),
    data: data.description,
  }
}

async function commit(): Promise<string | null> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', args, { cwd: project })).stdout.trim()
  try {
    const changes = await git('status', '--porcelain')
    return `${await git('rev-parse', '--short=12', 'HEAD')}${changes === '' ? '' : '+changes'}`
  } catch {
    return null
  }
}

/** A folder for data, and how a report names it. */
export interface DataPlace {
  readonly parent: string
  readonly description: string
}

// linux/magic.h
const memoryFileSystems = [0x01021994, 0x858458f6]
const names: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlayfs',
}

/** The system's folder for temporary files, unless that is kept in memory: then the project's, which is not. */
export function dataPlace(): DataPlace {
  const isInMemory = memoryFileSystems.includes(statfsSync(tmpdir()).type)
  const parent = isInMemory ? project : tmpdir()
  const type = statfsSync(parent).type
  const where = isInMemory ? "the project's folder" : "the system's temporary folder"
  return { parent, description: `${where}, file system ${names[type] ?? `0x${type.toString(16)}`}` }
}
