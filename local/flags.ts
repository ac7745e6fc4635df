import { parseArgs } from 'node:util'

/** A setting has a value that it cannot have, or there is no such setting; the message says so and what to give. */
export class InvalidSettings extends Error {
  override name = 'InvalidSettings'
}

/** A flag of a command; with `value` it takes one, without it is on or off. */
export interface Flag {
  readonly flag: string
  readonly value?: string
}

/**
 * The flags that were given, by name, `--help` (`-h`) among them.
 * @param listed what `--help` is said to list.
 * @throws InvalidSettings.
 */
export function parseFlags(
  args: readonly string[],
  { flags, listed }: { flags: readonly Flag[]; listed: string },
): Record<string, string | boolean | undefined> {
  const known = Object.fromEntries(
    flags.map(({ flag, value }) => [
      flag,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    const options = { ...known, help: { type: 'boolean' as const, short: 'h' } }
    return { ...parseArgs({ args: [...args], options }).values }
  } catch (error) {
    // Some of Node's messages have several lines.
    const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')
    throw new InvalidSettings(`${message.replace(/\.?$/, '.')} --help lists the ${listed}.`)
  }
}
