import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { consoleFolder, type PackedConsole, readConsole } from '../functions/console/files.ts'

/** The console's files; it is built now where it was not, with `npm run console:build`. */
export function builtConsole(): PackedConsole {
  const found = readConsole(consoleFolder)
  if (found !== undefined) return found
  // In a folder of its own, which then takes the place at once: others may bundle at the same time.
  const folder = mkdtempSync(`${consoleFolder}-`)
  try {
    const built = join(folder, 'dist')
    execFileSync('npm', ['run', '--silent', 'console:build', '--', '--outDir', built, '--emptyOutDir'], {
      stdio: ['ignore', 2, 2],
    })
    renameSync(built, consoleFolder)
  } catch (error) {
    if (readConsole(consoleFolder) === undefined) throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return readConsole(consoleFolder)
}
