import { BadFile } from './bad-file.ts'
import { fileAt } from './secret-text.ts'
import type { Terminal } from './terminal.ts'
import { type ReadText, readYaml } from './webhook-file/yaml-text.ts'

/** A YAML or JSON file that the user named, or standard input for `-`. @throws Usage, BadFile when it is neither. */
export async function readFileOf(terminal: Terminal, path: string): Promise<ReadText> {
  const bytes = path === '-' ? await terminal.readInput() : await fileAt(path)
  const read = readYaml(bytes.toString('utf8'))
  if (read.problems.length > 0) throw new BadFile(nameOf(path), read)
  return read
}

/** What a file is called in messages. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path
}
