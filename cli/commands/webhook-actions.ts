import type { Command } from 'commander'
import { duration } from '../arguments.ts'
import { confirmedWebhook } from '../confirmed-webhook.ts'
import { Failed, Usage } from '../errors.ts'
import { shortTime } from '../output.ts'
import { DeliveryDetail, WebhookResource, WithSecret } from '../resources.ts'
import { secretFrom, secretText } from '../secret-text.ts'
import type { CommandGroup, Session } from '../session.ts'
import { deliveryText, stateOf } from '../views.ts'

/** What is done with one webhook: on, off, another secret, a test. Part of `webhooks`. */
export const webhookActions: CommandGroup = (program, open) => {
  const webhooks = groupOf(program, 'webhooks')

  webhooks
    .command('enable')
    .alias('resume')
    .description('Turn a webhook on again. What it missed while it was off is sent by "replay" only.')
    .argument('<webhook>')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks webhooks enable whk_01kaqc3h5n8r2c4x')
    .action(async (id: string, _options: unknown, command) => enable(open(command), id))

  webhooks
    .command('disable')
    .alias('pause')
    .description('Turn a webhook off. Events that come meanwhile are recorded as missed, for a replay.')
    .argument('<webhook>')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks webhooks disable whk_01kaqc3h5n8r2c4x')
    .action(async (id: string, _options: unknown, command) => {
      const session = open(command)
      const webhook = await switched(session, id, false)
      session.print(webhook, `${id} is off. Turn it on again with: outgoing-webhooks webhooks enable ${id}\n`)
    })

  webhooks
    .command('rotate-secret')
    .description(
      'Change the signing secret. The new one is shown once; for the overlap the old one signs too.',
    )
    .argument('<webhook>')
    .option('--overlap <duration>', 'how long the old secret goes on signing, 0s to 7d', duration, '24h')
    .option('--leaked', 'the old secret is known to others: end it at once (an overlap of 0s)')
    .option('--secret-file <path>', 'use the secret in this file; - for standard input')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
Examples:
  $ outgoing-webhooks webhooks rotate-secret whk_01kaqc3h5n8r2c4x --overlap 24h
  $ outgoing-webhooks webhooks rotate-secret whk_01kaqc3h5n8r2c4x --leaked`,
    )
    .action(async (id: string, options: RotateOptions, command: Command) => {
      if (options.leaked === true && command.getOptionValueSource('overlap') === 'cli')
        throw new Usage('--leaked ends the old secret at once, so that no --overlap can go with it.')
      await rotate(open(command), id, options)
    })

  webhooks
    .command('test')
    .description(
      'Send a sample event now and show the answer. It is sent once, even to a webhook that is off.',
    )
    .argument('<webhook>')
    .option('--type <event-type>', 'the type whose sample is sent', 'batch_change:apply')
    .addHelpText(
      'after',
      '\nExample:\n  $ outgoing-webhooks webhooks test whk_01kaqc3h5n8r2c4x --type changeset:publish',
    )
    .action(async (id: string, options: { type: string }, command) => test(open(command), id, options.type))
}

interface RotateOptions {
  readonly overlap: string
  readonly leaked?: boolean
  readonly secretFile?: string
  readonly yes?: boolean
}

function groupOf(program: Command, name: string): Command {
  const group = program.commands.find((command) => command.name() === name)
  if (group === undefined) throw new Error(`${name} must be added before what belongs to it.`)
  return group
}

async function switched(session: Session, id: string, enabled: boolean): Promise<WebhookResource> {
  const path = `/webhooks/${encodeURIComponent(id)}`
  const { body } = await session.api.call('PATCH', path, { body: { enabled }, repeatable: true })
  return WebhookResource.parse(body)
}

async function enable(session: Session, id: string): Promise<void> {
  const before = await session.api.get(`/webhooks/${encodeURIComponent(id)}`, WebhookResource)
  const webhook = await switched(session, id, true)
  session.print(webhook, () => {
    if (before.enabled) return `${id} was on already (${stateOf(webhook)}).\n`
    const since = shortTime(before.disabled_at)
    const missed =
      since === null
        ? `outgoing-webhooks replay ${id} --only missed --since <when it went off>`
        : `It was off since ${since}. What it missed is not sent by itself; send it with:\n  outgoing-webhooks replay ${id} --only missed --since ${since}`
    return `${id} is on.\n${missed}\n`
  })
}

async function rotate(
  session: Session,
  id: string,
  { overlap, leaked, secretFile, yes }: RotateOptions,
): Promise<void> {
  const kept = leaked === true ? '0s' : overlap
  const secret = secretFile === undefined ? undefined : await secretFrom(session.terminal, secretFile)
  const end =
    kept === '0s'
      ? 'The old secret ends at once: receivers refuse deliveries until they have the new one.'
      : `The old secret signs too for ${kept}.`
  const { webhook, etag } = await confirmedWebhook(session, id, {
    ...(yes === undefined ? {} : { yes }),
    question: ({ url, previous_secret_expires_at }) =>
      `Change the signing secret of ${id} (${url})? ${end}${previous_secret_expires_at === null ? '' : ' The secret before it ends now.'}`,
  })
  // With the ETag a second rotation, should the answer get lost and this be run again, is refused only if somebody else came between.
  const { body } = await session.api.call('POST', `/webhooks/${webhook.id}/rotate-secret`, {
    body: { overlap: kept, secret },
    ifMatch: etag,
  })
  const rotated = WithSecret.parse(body)
  const until = shortTime(WebhookResource.parse(body).previous_secret_expires_at)
  session.print(rotated, () =>
    [
      until === null
        ? `${id} signs with the new secret alone from now on.\n`
        : `${id} signs with both secrets until ${until}; X-Sourcegraph-Webhook-Signature is the old one's until then.\n`,
      secretText(rotated.secret),
      `Give it to the receiver, then: outgoing-webhooks webhooks test ${id}\n`,
    ].join(''),
  )
}

async function test(session: Session, id: string, type: string): Promise<void> {
  const { status, body } = await session.api.call('POST', `/webhooks/${encodeURIComponent(id)}/test`, {
    body: { event_type: type },
  })
  if (status === 202) {
    const { data } = DeliveryDetail.pick({ id: true }).safeParse(body)
    session.print(body, '')
    throw new Failed(`No answer after 20 s. Look later: outgoing-webhooks deliveries show ${data?.id ?? ''}`)
  }
  const delivery = DeliveryDetail.parse(body)
  session.print(delivery, () => deliveryText(delivery))
  if (delivery.status !== 'delivered')
    throw new Failed(`The test failed: ${delivery.last_error ?? delivery.status}`)
}
