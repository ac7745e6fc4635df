import { processTerminal } from './process-terminal.ts'
import { run } from './run.ts'

/** Runs one command of the command line and leaves its exit code to the process. */
export async function main(args: readonly string[]): Promise<void> {
  // Whoever reads along, such as `head`, may stop doing so.
  process.stdout.once('error', () => process.exit(0))
  process.exitCode = await run(args, processTerminal(process.env))
}
