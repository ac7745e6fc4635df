import { each } from '../arguments.ts'
import { Usage } from '../errors.ts'
import type { CommandGroup } from '../session.ts'
import type { ImportOptions } from '../sourcegraph/import-listing.ts'
import { withApplyOptions } from './apply.ts'

/** `import`: take over the webhooks of a Sourcegraph instance. */
export const importCommand: CommandGroup = (program, open) => {
  withApplyOptions(
    program
      .command('import')
      .description("Take over a Sourcegraph instance's outgoing webhooks from what its API answers.")
      .argument('[file]', 'the JSON that the query of --print-query is answered with; - for standard input')
      .option('--print-query', 'print the GraphQL query to ask Sourcegraph with, and nothing else')
      .option('--secrets-from <path>', 'a list of {url or id, secret or from_env}, YAML or JSON')
      .option('--generate-secrets', 'make new secrets where none is known; their receivers need them then')
      .option('--except <url>', 'leave this webhook out; may be given several times', each),
  )
    .addHelpText(
      'after',
      `
Sourcegraph's API does not show secrets. They are asked for, unless --secrets-from or --generate-secrets gives them.
A receiver whose secret stays the same notices nothing. Nothing is ever deleted.

Examples:
  $ outgoing-webhooks import --print-query
  $ outgoing-webhooks import listing.json --dry-run
  $ outgoing-webhooks import listing.json --secrets-from secrets.yaml`,
    )
    .action(async (path: string | undefined, options: ImportOptions & { printQuery?: boolean }, command) => {
      const session = open(command)
      const { importListing } = await import('../sourcegraph/import-listing.ts')
      const { listingQuery } = await import('../sourcegraph/listing.ts')
      if (options.printQuery === true) return session.print({ query: listingQuery }, listingQuery)
      if (path === undefined)
        throw new Usage(
          'Name the file with the listing. How to get it: outgoing-webhooks import --print-query.',
        )
      await importListing(session, path, options)
    })
}
