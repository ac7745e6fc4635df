import { readFile, rm, writeFile } from 'node:fs/promises'
import { run } from './run.ts'

const folder = '.venv/test-deploy'
const requirementsFile = 'test/deploy/requirements.txt'
const installedFile = `${folder}/installed.txt`

/**
 * A Python of its own, in `.venv/`, with the emulator and nothing else; made at the first run and when a pin changes.
 * @returns the path of its interpreter.
 * Rejects with what to install when there is no usable Python.
 */
export async function pythonWithEmulator(): Promise<string> {
  const python = `${folder}/bin/python`
  const requirements = await readFile(requirementsFile, 'utf8')
  const installed = await readFile(installedFile, 'utf8').catch(() => undefined)
  const running = { environment: process.env, timeoutMs: 180_000 }
  // It does not work any more when the Python that it was made with was removed.
  const works = () =>
    run(python, ['-c', 'import ministack'], running).then(
      () => true,
      () => false,
    )
  if (installed === requirements && (await works())) return python
  await rm(folder, { recursive: true, force: true })
  await run(
    'python3',
    ['-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)'],
    running,
  ).catch((cause: unknown) => {
    throw new Error(
      'The deploy test runs the AWS emulator MiniStack, which needs Python 3.10 or newer with its venv module as ' +
        '`python3` (Debian and Ubuntu: apt-get install python3 python3-venv).',
      { cause },
    )
  })
  await run('python3', ['-m', 'venv', folder], running)
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps']
  await run(python, [...install, '--requirement', requirementsFile], running)
  await writeFile(installedFile, requirements)
  return python
}
