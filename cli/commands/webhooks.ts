import { each, wholeNumber } from '../arguments.ts'
import { confirmedWebhook } from '../confirmed-webhook.ts'
import { Usage } from '../errors.ts'
import { WebhookResource, WithSecret } from '../resources.ts'
import { secretFrom, secretText } from '../secret-text.ts'
import type { CommandGroup, Session } from '../session.ts'
import { webhooksText, webhookText } from '../views.ts'
import { credentialsOf, type Settings, settingsBody, withSettings } from '../webhook-settings.ts'

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
      if (!webhook.enabled) session.note(`To turn it on: outgoing-webhooks webhooks enable ${id}`)
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
  $ outgoing-webhooks webhooks create https://ci.example.com/hooks --type '*' --bearer-file token.txt`,
    )
    .action(async (url: string, options: Settings & { secretFile?: string; off?: boolean }, command) => {
      const session = open(command)
      if (options.type === undefined)
        throw new Usage("Name the event types: --type batch_change:apply, or --type '*' for all.")
      const secret =
        options.secretFile === undefined ? undefined : await secretFrom(session.terminal, options.secretFile)
      const auth = await credentialsOf(options, session.terminal)
      const body = { url, ...settingsBody(options), auth, secret, enabled: options.off !== true }
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
    .option('--no-auth', 'no longer log in at the receiver')
    .option('--no-retry-schedule', "go back to the deployment's own")
    .option('--no-rate-limit', 'lift the limit')
    .addHelpText(
      'after',
      `
Examples:
  $ outgoing-webhooks webhooks edit whk_01kaqc3h5n8r2c4x --receiver https://new.example.com/hooks
  $ outgoing-webhooks webhooks edit whk_01kaqc3h5n8r2c4x --rate-limit 10 --remove-header Authorization`,
    )
    .action(async (id: string, options: Changes, command) => edit(open(command), id, options))

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

interface Changes extends Settings {
  readonly receiver?: string
  readonly removeHeader?: readonly string[]
  /** false: --no-auth. */
  readonly auth: boolean
}

async function edit(session: Session, id: string, options: Changes): Promise<void> {
  const { headers, ...settings } = settingsBody(options)
  const removed = Object.fromEntries((options.removeHeader ?? []).map((name) => [name, null]))
  const allHeaders = { ...headers, ...removed }
  const body = {
    ...settings,
    url: options.receiver,
    auth: options.auth ? await credentialsOf(options, session.terminal) : null,
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
