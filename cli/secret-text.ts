import { readFile } from 'node:fs/promises'
import { Usage } from './errors.ts'
import type { Terminal } from './terminal.ts'

/** How a secret is shown, the one time that it is. */
export function secretText(secret: string): string {
  return `Signing secret, shown this once; keep it now:\n\n  ${secret}\n\n`
}

/** A secret from a file, or from standard input for `-`; one line end at its end is no part of it. @throws Usage. */
export async function secretFrom(terminal: Terminal, path: string): Promise<string> {
  const text = (path === '-' ? await terminal.readInput() : await fileAt(path)).toString('utf8')
  return text.replace(/\r?\n$/, '')
}

/** A file that the user named. @throws Usage when it cannot be read. */
export async function fileAt(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw new Usage(code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read (${code}).`)
  }
}
