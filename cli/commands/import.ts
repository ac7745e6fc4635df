import { each } from '../arguments.ts'
import { BadFile } from '../bad-file.ts'
import { Failed, Usage } from '../errors.ts'
import { type ApplyOptions, applyEntries } from '../plan/apply-entries.ts'
import type { SecretOrigin } from '../plan/creation.ts'
import type { PlanOptions } from '../plan/plan.ts'
import { nameOf, readFileOf } from '../read-file.ts'
import type { CommandGroup, Session } from '../session.ts'
import { type HandedOver, handedOver } from '../sourcegraph/handed-over.ts'
import { KnownSecrets, readKnownSecrets } from '../sourcegraph/known-secrets.ts'
import { listingQuery, readListing } from '../sourcegraph/listing.ts'
import { nextSteps } from '../sourcegraph/next-steps.ts'
import type { Entry } from '../webhook-file/entry.ts'
import type { FileProblem } from '../webhook-file/yaml-text.ts'
import { withApplyOptions } from './apply.ts'

interface Options extends ApplyOptions {
  readonly printQuery?: boolean
  readonly secretsFrom?: string
  readonly generateSecrets?: boolean
  readonly except?: readonly string[]
}

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
    .action(async (path: string | undefined, options: Options, command) => {
      const session = open(command)
      if (options.printQuery === true) return session.print({ query: listingQuery }, listingQuery)
      if (path === undefined)
        throw new Usage(
          'Name the file with the listing. How to get it: outgoing-webhooks import --print-query.',
        )
      await importListing(session, path, options)
    })
}

async function importListing(session: Session, path: string, options: Options): Promise<void> {
  const { value, lineOf } = await readFileOf(session.terminal, path)
  const listed = readListing(value)
  if ('problems' in listed) throw new BadFile(nameOf(path), { ...listed, lineOf })
  if (listed.webhooks.some((webhook) => 'secret' in webhook))
    session.note('The listing holds secrets. They are not taken from there: give them with --secrets-from.')
  const ingestUrl = `${session.connection.url}/events`
  const taken = handedOver(listed, { ingestUrl, except: options.except ?? [] })
  for (const type of taken.unknownTypes)
    session.note(`${type} is an event type that this version does not know. It is taken over as it is.`)
  for (const { url, reason } of taken.leftOut) session.note(`Left out: ${url}: ${reason}`)
  const planOptions: PlanOptions = {
    environment: session.terminal.environment,
    prunes: false,
    writesValues: false,
    // Sourcegraph knows nothing of them, so they are as they were set here.
    unnamed: 'stays',
    secretOf: await secretFinder(session, taken, options),
  }
  await applyEntries(session, { entries: taken.entries, planOptions, file: nameOf(path), lineOf }, options)
  if (!session.json) session.note(await nextSteps(session.api, { ingestUrl, isConnected: taken.isConnected }))
  if (taken.leftOut.length > 0)
    throw new Failed(
      `Left out: ${taken.leftOut.map(({ url }) => url).join(', ')}. Create what you need of it (webhooks create), and say --except <url>.`,
    )
}

async function secretFinder(
  { terminal }: Session,
  { entries, listedIds }: HandedOver,
  options: Options,
): Promise<(entry: Entry) => SecretOrigin | FileProblem> {
  const known = await knownSecrets(terminal, options.secretsFrom)
  const isAsked = terminal.isInteractive || options.dryRun === true
  return (entry) => {
    const alike = entries.filter(({ url }) => url === entry.url)
    const found = known.of({ url: entry.url, id: listedIds.get(entry) ?? '', nth: alike.indexOf(entry) })
    if (found !== undefined) return 'detail' in found ? { path: entry.path, ...found } : found
    if (options.generateSecrets === true) return { kind: 'generated' }
    if (isAsked) return { kind: 'asked' }
    return {
      path: entry.path,
      detail: `The signing secret of ${entry.url} is not known and nobody is here to be asked: give it with --secrets-from, or have a new one made with --generate-secrets.`,
    }
  }
}

async function knownSecrets(terminal: Session['terminal'], path: string | undefined): Promise<KnownSecrets> {
  if (path === undefined) return new KnownSecrets([], terminal.environment)
  const { value, lineOf } = await readFileOf(terminal, path)
  const secrets = readKnownSecrets(value)
  if ('problems' in secrets) throw new BadFile(nameOf(path), { ...secrets, lineOf })
  return new KnownSecrets(secrets, terminal.environment)
}
