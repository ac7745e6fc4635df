import { BadFile } from '../bad-file.ts'
import { Failed } from '../errors.ts'
import { type ApplyOptions, applyEntries } from '../plan/apply-entries.ts'
import type { SecretOrigin } from '../plan/creation.ts'
import type { PlanOptions } from '../plan/plan.ts'
import { nameOf, readFileOf } from '../read-file.ts'
import type { Session } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import { variablesOf } from '../variables.ts'
import type { Entry } from '../webhook-file/entry.ts'
import type { Variables } from '../webhook-file/hidden-value.ts'
import type { FileProblem } from '../webhook-file/yaml-text.ts'
import { type HandedOver, handedOver } from './handed-over.ts'
import { KnownSecrets, readKnownSecrets } from './known-secrets.ts'
import { readListing } from './listing.ts'
import { nextSteps } from './next-steps.ts'

/** The options of `import`. */
export interface ImportOptions extends ApplyOptions {
  readonly secretsFrom?: string
  readonly generateSecrets?: boolean
  readonly except?: readonly string[]
}

/** Takes over the webhooks of that listing. @throws what `applyEntries` does; Failed when some are left out. */
export async function importListing(session: Session, path: string, options: ImportOptions): Promise<void> {
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
  const variable = variablesOf(session, options)
  const planOptions: PlanOptions = {
    variable,
    prunes: false,
    writesValues: false,
    // Sourcegraph knows nothing of them, so they are as they were set here.
    unnamed: 'stays',
    secretOf: await secretFinder(session, taken, { ...options, variable }),
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
  options: ImportOptions & { variable: Variables },
): Promise<(entry: Entry) => SecretOrigin | FileProblem> {
  const known = await knownSecrets(terminal, options)
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

async function knownSecrets(
  terminal: Terminal,
  { secretsFrom: path, variable }: { secretsFrom?: string; variable: Variables },
): Promise<KnownSecrets> {
  if (path === undefined) return new KnownSecrets([], variable)
  const { value, lineOf } = await readFileOf(terminal, path)
  const secrets = readKnownSecrets(value)
  if ('problems' in secrets) throw new BadFile(nameOf(path), { ...secrets, lineOf })
  return new KnownSecrets(secrets, variable)
}
