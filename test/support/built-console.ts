import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A small console, as a build leaves it: text by the names of its files. */
export const builtFiles = {
  'index.html':
    '<!doctype html><title>Console</title><script type="module" src="./assets/index-B1x.js"></script>',
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/index-B1x.js': `document.title = 'Zürich'\n${'// as long as scripts are\n'.repeat(200)}`,
  'assets/index-C2y.css': 'body { margin: 0 }',
} as const

/** Writes those files, or others, to a folder of their own. */
export async function writeConsole(files: Readonly<Record<string, string>> = builtFiles) {
  const parent = await mkdtemp(join(tmpdir(), 'console-'))
  const folder = join(parent, 'dist')
  await mkdir(join(folder, 'assets'), { recursive: true })
  await writeFile(join(parent, 'secret.key'), 'beside the console')
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return { folder, remove: () => rm(parent, { recursive: true }) }
}
