import type { Command } from 'commander'
import type { ApplyFileOptions } from '../plan/apply-file.ts'
import type { CommandGroup } from '../session.ts'

/** `apply`: make the webhooks as a file says. */
export const applyCommand: CommandGroup = (program, open) => {
  withApplyOptions(
    program
      .command('apply')
      .description('Make the webhooks as a file says: shows what it would change, asks, does it.')
      .argument('<file>', 'YAML or JSON, as export writes it; - for standard input')
      .option('--prune', 'also delete webhooks that are not in the file')
      .option('--generate-secrets', 'make a new signing secret where the file says keep and there is none')
      .option('--write-values', 'write header values, passwords and tokens again where the server has some'),
  )
    .addHelpText(
      'after',
      `
A field that the file leaves out gets its default. Applied again, the same file changes nothing.
Exit code 10: a dry run found something to do.

Examples:
  $ outgoing-webhooks apply webhooks.yaml --dry-run
  $ outgoing-webhooks apply webhooks.yaml --yes --secrets-file new-secrets.yaml`,
    )
    .action(async (path: string, options: ApplyFileOptions, command) => {
      const { applyFile } = await import('../plan/apply-file.ts')
      await applyFile(open(command), path, options)
    })
}

/** Adds the options that `apply` and `import` share. */
export function withApplyOptions(command: Command): Command {
  return command
    .option('--dry-run', 'only show what would be done; exit code 10 when there is something')
    .option('-y, --yes', 'do not ask')
    .option(
      '--secrets-file <path>',
      'write the secrets that are made to this new file instead of showing them',
    )
}
