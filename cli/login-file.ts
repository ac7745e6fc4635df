import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { Usage } from './errors.ts'
import type { Terminal } from './terminal.ts'

/** Where a service is and what lets one in. */
export interface Login {
  readonly url: string
  readonly token: string
}

const Logins = z.object({ profiles: z.record(z.string(), z.object({ url: z.string(), token: z.string() })) })

/** Where logins are kept (https://specifications.freedesktop.org/basedir-spec/latest/). */
export function loginPath({ XDG_CONFIG_HOME: configHome, HOME: home }: Terminal['environment']): string {
  // The specification has relative paths ignored.
  const folder = configHome?.startsWith('/') === true ? configHome : join(home ?? homedir(), '.config')
  return join(folder, 'outgoing-webhooks', 'logins.json')
}

/** The logins by profile. @throws Usage when the file is there and cannot be read. */
export function readLogins(path: string): Readonly<Record<string, Login>> {
  try {
    return Logins.parse(JSON.parse(readFileSync(path, 'utf8'))).profiles
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    // Not the error's own words: those of a JSON parser may repeat a part of the file.
    throw new Usage(`${path} cannot be read as a file of logins. Remove it and log in again.`)
  }
}

/** Writes the logins as one step, for this user only. */
export function writeLogins(path: string, profiles: Readonly<Record<string, Login>>): void {
  if (Object.keys(profiles).length === 0) {
    rmSync(path, { force: true })
    return
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify({ profiles }, null, 2)}\n`, { mode: 0o600 })
  // An old draft keeps the mode that it had.
  chmodSync(draft, 0o600)
  renameSync(draft, path)
}
