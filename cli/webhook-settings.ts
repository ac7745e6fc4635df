import type { Command } from 'commander'
import { each, numberWithin, several } from './arguments.ts'
import { Usage } from './errors.ts'
import { secretFrom } from './secret-text.ts'
import type { Terminal } from './terminal.ts'

/** What `webhooks create` and `webhooks edit` both set. */
export interface Settings {
  readonly type?: readonly string[]
  readonly description?: string
  readonly header?: readonly string[]
  readonly retrySchedule?: readonly string[]
  readonly rateLimit?: number | null
  readonly basicAuth?: string
  readonly passwordFile?: string
  readonly bearerFile?: string
  readonly namespace?: readonly string[]
  readonly batchChange?: readonly string[]
  readonly repository?: readonly string[]
}

/** Adds the options of these settings. */
export function withSettings(command: Command): Command {
  return command
    .option(
      '--type <event-types>',
      'the event types that it gets, with commas between or given several times; * for all',
      several,
    )
    .option('--description <text>', 'what it is for')
    .option('--header <name: value>', 'an extra request header; may be given several times', each)
    .option('--basic-auth <user>', 'log in at the receiver as this user; the password is asked for')
    .option('--password-file <path>', 'take that password from this file; - for standard input')
    .option(
      '--bearer-file <path>',
      'send the bearer token in this file to the receiver; - for standard input',
    )
    .option('--retry-schedule <waits>', 'waits before each attempt, such as 0s,5s,5m,1h', several)
    .option('--rate-limit <number>', 'most requests a second', numberWithin(0.1, 1_000))
    .option('--namespace <ids>', 'only events of these namespaces', several)
    .option('--batch-change <ids>', 'only events of these batch changes', several)
    .option('--repository <ids>', 'only events of these repositories', several)
}

/** The settings as the API has them; what is not given is undefined, which JSON leaves out. */
export function settingsBody({ type, description, header, retrySchedule, rateLimit, ...ids }: Settings) {
  const scope = {
    namespace_ids: ids.namespace,
    batch_change_ids: ids.batchChange,
    repository_ids: ids.repository,
  }
  return {
    event_types: type,
    description,
    headers: header && Object.fromEntries(header.map(headerOf)),
    // false: --no-….
    retry_schedule: orNull(retrySchedule),
    rate_limit: orNull(rateLimit),
    scope: Object.values(scope).some((list) => list !== undefined) ? scope : undefined,
  }
}

function orNull<Value>(option: Value | false | undefined): Value | null | undefined {
  return option === false ? null : option
}

/** @throws Usage */
function headerOf(text: string): [string, string] {
  const colon = text.indexOf(':')
  if (colon < 1) throw new Usage(`"${text}" is no header. Write it as 'Name: value'.`)
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
}

/** How the webhook shows its receiver who it is; undefined when nothing is said about it. @throws Usage. */
export async function credentialsOf(
  { basicAuth, passwordFile, bearerFile }: Settings,
  terminal: Terminal,
): Promise<object | undefined> {
  if (bearerFile !== undefined) {
    if (basicAuth !== undefined) throw new Usage('Give --basic-auth or --bearer-file, not both.')
    return { type: 'bearer', token: await secretFrom(terminal, bearerFile) }
  }
  if (basicAuth === undefined) {
    if (passwordFile !== undefined) throw new Usage('--password-file goes with --basic-auth <user>.')
    return undefined
  }
  if (passwordFile === undefined && !terminal.isInteractive)
    throw new Usage('Nobody is here to be asked for the password: give --password-file.')
  const password =
    passwordFile === undefined
      ? await terminal.askHidden(`Password of ${basicAuth}:`)
      : await secretFrom(terminal, passwordFile)
  return { type: 'basic', username: basicAuth, password }
}
