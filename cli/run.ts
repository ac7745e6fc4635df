import { CommanderError } from 'commander'
import { CommandError, exitCodes, Failed } from './errors.ts'
import { jsonText, printable } from './output.ts'
import { programFor } from './program.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command. @returns its exit code. What it has to say goes to the terminal. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await programFor(terminal).parseAsync([...args], { from: 'user' })
    return exitCodes.ok
  } catch (error) {
    return report(error, { terminal, json: args.includes('--json') })
  }
}

function report(error: unknown, { terminal, json }: { terminal: Terminal; json: boolean }): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  const known = error instanceof CommandError ? error : unconfirmed(error)
  if (known === undefined) {
    terminal.note(`This is a fault of the command line: ${error instanceof Error ? error.stack : error}\n`)
    return exitCodes.failed
  }
  const { message, facts, exitCode } = known
  terminal.note(
    json
      ? jsonText({ error: { ...facts, detail: message, exit_code: exitCode } })
      : `${printable(message)}\n`,
  )
  return exitCode
}

/** Ctrl-C at a question. */
function unconfirmed(error: unknown): Failed | undefined {
  return error instanceof Error && error.name === 'ExitPromptError'
    ? new Failed('Nothing was done.')
    : undefined
}
