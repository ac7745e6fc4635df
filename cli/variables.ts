import type { Session } from './session.ts'
import type { Variables } from './webhook-file/hidden-value.ts'

// Passes for any hidden value; a dry run sends none.
const standIn = 'x'

/** The variables of the environment. A dry run, which may be where no secrets are, notes what is not set and goes on. */
export function variablesOf(session: Session, { dryRun }: { dryRun?: boolean }): Variables {
  const noted = new Set<string>()
  return (name) => {
    const value = session.terminal.environment[name]
    if (dryRun !== true || (value !== undefined && value !== '')) return value
    if (!noted.has(name)) session.note(`${name} is not set here. Without a dry run it has to be.`)
    noted.add(name)
    return standIn
  }
}
