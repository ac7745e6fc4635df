import type { Command } from 'commander'
import { each, numberWithin, several, wholeNumber } from '../arguments.ts'
import { confirmedWebhook } from '../confirmed-webhook.ts'
import { Usage } from '../errors.ts'
import { WebhookResource, WithSecret } from '../resources.ts'
import { secretText } from '../secret-text.ts'
import type { CommandGroup, Session } from '../session.ts'
import { webhooksText, webhookText } from '../views.ts'

interface Settings {
  readonly type?: readonly string[]
  readonly description?: string
  readonly header?: readonly string[]
  readonly retrySchedule?: readonly string[]
  readonly rateLimit?: number | null
  readonly namespace?: readonly string[]
  readonly batchChange?: readonly string[]
  readonly repository?: readonly string[]
}

/** `webhooks`: see and change the receivers. Beside it, `webhook-actions.ts` has what is done with one. */
export const webhooksCommands: CommandGroup = (program, open) => {
  const webhooks = program
    .command('webhooks')
    .alias('webhook')
    .description('See, create, change and delete webhooks.')

  webhooks
    .command('list')
    .description('List webhooks, newest first.')
    .option('--type <event-type>', 'only those that get this event type')
    .option('--off', 'only those that are off')
    .option('--limit <number>', 'at most this many', wholeNumber(1, 10_000), 1_000)
    .addHelpText(
      'after',
      '\nExamples:\n  $ outgoing-webhooks webhooks list\n  $ outgoing-webhooks webhooks list --off',
    )
    .action(async (options: { type?: string; off?: boolean; limit: number }, command) => {
      const session = open(command)
      const query = { event_type: options.type, enabled: options.off === true ? false : undefined }
      const found = await session.api.list('/webhooks', WebhookResource, { query, limit: options.limit })
      session.print({ data: found }, () => webhooksText(found))
    })

  webhooks
    .command('show')
    .description('Show one webhook: is it on, does its receiver answer.')
    .argument('<webhook>', 'its id, whk_…')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks webhooks show whk_01kaqc3h5n8r2c4x')
    .action(async (id: string, _options: unknown, command) => {
      const session = open(command)
      const webhook = await session.api.get(`/webhooks/${encodeURIComponent(id)}`, WebhookResource)
      session.print(webhook, () => webhookText(webhook))
    })

  withSettings(
    webhooks
      .command('create')
      .description('Create a webhook. Its signing secret is made for you and shown once.')
      .argument('<receiver-url>', 'where to send'),
  )
    .option('--secret-file <path>', 'use the secret in this file instead; - for standard input')
    .option('--off', 'create it switched off')
    .addHelpText(
      'after',
      `
Examples:
  $ outgoing-webhooks webhooks create https://ci.example.com/hooks --type batch_change:apply,changeset:publish
  $ outgoing-webhooks webhooks create https://ci.example.com/hooks --type '*' --header 'Authorization: Bearer abc'`,
    )
    .action(async (url: string, options: Settings & { secretFile?: string; off?: boolean }, command) => {
      const session = open(command)
      if (options.type === undefined)
        throw new Usage("Name the event types: --type batch_change:apply, or --type '*' for all.")
      const { secretFrom } = await import('../secret-text.ts')
      const secret =
        options.secretFile === undefined ? undefined : await secretFrom(session.terminal, options.secretFile)
      const body = { url, ...settingsBody(options), secret, enabled: options.off !== true }
      const created = WithSecret.parse((await session.api.call('POST', '/webhooks', { body })).body)
      session.print(
        created,
        () => `${webhookText(WebhookResource.parse(created))}\n${secretText(created.secret)}`,
      )
    })

  withSettings(
    webhooks
      .command('edit')
      .alias('update')
      .description('Change a webhook. What is not named stays.')
      .argument('<webhook>'),
  )
    .option('--receiver <url>', 'where to send from now on (--url is the address of the API)')
    .option('--remove-header <name>', 'no longer send this header; may be given several times', each)
    .option('--no-retry-schedule', "go back to the deployment's own")
    .option('--no-rate-limit', 'lift the limit')
    .addHelpText(
      'after',
      `
Examples:
  $ outgoing-webhooks webhooks edit whk_01kaqc3h5n8r2c4x --receiver https://new.example.com/hooks
  $ outgoing-webhooks webhooks edit whk_01kaqc3h5n8r2c4x --rate-limit 10 --remove-header Authorization`,
    )
    .action(
      async (
        id: string,
        options: Settings & { receiver?: string; removeHeader?: readonly string[] },
        command,
      ) => edit(open(command), id, options),
    )

  webhooks
    .command('delete')
    .description('Delete a webhook with its log. What is under way for it ends.')
    .argument('<webhook>')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks webhooks delete whk_01kaqc3h5n8r2c4x')
    .action(async (id: string, options: { yes?: boolean }, command) => {
      const session = open(command)
      const { webhook, etag } = await confirmedWebhook(session, id, {
        ...options,
        question: ({ url }) => `Delete ${id} (${url}) and its whole log? Nothing more is sent to it.`,
      })
      await session.api.call('DELETE', `/webhooks/${webhook.id}`, { ifMatch: etag })
      session.print({ id, deleted: true }, `Deleted ${id}.\n`)
    })
}

function withSettings(command: Command): Command {
  return command
    .option(
      '--type <event-types>',
      'the event types that it gets, with commas between or given several times; * for all',
      several,
    )
    .option('--description <text>', 'what it is for')
    .option('--header <name: value>', 'an extra request header; may be given several times', each)
    .option('--retry-schedule <waits>', 'waits before each attempt, such as 0s,5s,5m,1h', several)
    .option('--rate-limit <number>', 'most requests a second', numberWithin(0.1, 1_000))
    .option('--namespace <ids>', 'only events of these namespaces', several)
    .option('--batch-change <ids>', 'only events of these batch changes', several)
    .option('--repository <ids>', 'only events of these repositories', several)
}

async function edit(
  session: Session,
  id: string,
  options: Settings & { receiver?: string; removeHeader?: readonly string[] },
): Promise<void> {
  const { headers, ...settings } = settingsBody(options)
  const removed = Object.fromEntries((options.removeHeader ?? []).map((name) => [name, null]))
  const allHeaders = { ...headers, ...removed }
  const body = {
    ...settings,
    url: options.receiver,
    headers: Object.keys(allHeaders).length === 0 ? undefined : allHeaders,
  }
  if (Object.values(body).every((value) => value === undefined))
    throw new Usage(
      'Nothing to change was named. --help lists what can be; --receiver is the URL to send to.',
    )
  const path = `/webhooks/${encodeURIComponent(id)}`
  const webhook = WebhookResource.parse(
    (await session.api.call('PATCH', path, { body, repeatable: true })).body,
  )
  session.print(webhook, () => webhookText(webhook))
}

/** The settings as the API has them; what is not given is undefined, which JSON leaves out. */
function settingsBody({ type, description, header, retrySchedule, rateLimit, ...ids }: Settings) {
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
