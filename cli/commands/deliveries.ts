import { pastTime, several, wholeNumber } from '../arguments.ts'
import { DeliveryDetail, DeliveryResource, WebhookResource } from '../resources.ts'
import type { CommandGroup, Session } from '../session.ts'
import { deliveriesText, deliveryText } from '../views.ts'

interface ListOptions {
  readonly status?: readonly string[]
  readonly errors?: boolean
  readonly type?: string
  readonly since?: string
  readonly until?: string
  readonly limit: number
}

/** `deliveries`: the log, and sending one again. `tail.ts` adds following it. */
export const deliveriesCommands: CommandGroup = (program, open) => {
  const deliveries = program
    .command('deliveries')
    .alias('delivery')
    .description('See the log of deliveries, follow it, send one again.')

  deliveries
    .command('list')
    .description("List a webhook's deliveries, or those of all webhooks, newest first.")
    .argument('[webhook]')
    .option(
      '--status <statuses>',
      'pending, retrying, delivered, exhausted or cancelled; several with commas between',
      several,
    )
    .option('--errors', 'only those with a failed attempt')
    .option('--type <event-type>', 'only of events of this type')
    .option('--since <time>', 'created since: how long ago, such as 24h, or a time', pastTime)
    .option('--until <time>', 'created until', pastTime)
    .option('--limit <number>', 'at most this many', wholeNumber(1, 10_000), 20)
    .addHelpText(
      'after',
      `
Examples:
  $ outgoing-webhooks deliveries list --errors --since 24h
  $ outgoing-webhooks deliveries list whk_01kaqc3h5n8r2c4x --status retrying,exhausted`,
    )
    .action(async (webhook: string | undefined, options: ListOptions, command) =>
      list(open(command), webhook, options),
    )

  deliveries
    .command('show')
    .description('Show one delivery: every attempt with its answer, and what was sent.')
    .argument('<delivery>', 'its id, dlv_…')
    .addHelpText(
      'after',
      '\nExample:\n  $ outgoing-webhooks deliveries show dlv_01kaqc3h5n8r2c4x7t9v2y4z6b01kaqc3h5n8r2c4x',
    )
    .action(async (id: string, _options: unknown, command) => {
      const session = open(command)
      const delivery = await session.api.get(`/deliveries/${encodeURIComponent(id)}`, DeliveryDetail)
      session.print(delivery, () => deliveryText(delivery))
    })

  deliveries
    .command('redeliver')
    .description(
      'Send it again now, under the same webhook-id. One that is over stays as it is, and a new one is made.',
    )
    .argument('<delivery>')
    .addHelpText(
      'after',
      '\nExample:\n  $ outgoing-webhooks deliveries redeliver dlv_01kaqc3h5n8r2c4x7t9v2y4z6b01kaqc3h5n8r2c4x',
    )
    .action(async (id: string, _options: unknown, command) => {
      const session = open(command)
      const path = `/deliveries/${encodeURIComponent(id)}/redeliver`
      const delivery = DeliveryResource.parse((await session.api.call('POST', path)).body)
      session.print(delivery, () =>
        [
          delivery.id === id
            ? `${id} makes its next attempt now.`
            : `${id} is sent again, as ${delivery.id}.`,
          `See what comes of it: outgoing-webhooks deliveries show ${delivery.id}\n`,
        ].join('\n'),
      )
    })
}

async function list(session: Session, webhook: string | undefined, options: ListOptions): Promise<void> {
  const { api } = session
  const query = {
    status: options.status?.join(','),
    errors_only: options.errors,
    event_type: options.type,
    from: options.since,
    to: options.until,
  }
  const ids =
    webhook === undefined ? (await api.list('/webhooks', WebhookResource)).map(({ id }) => id) : [webhook]
  const found: DeliveryResource[] = []
  for (const id of ids) {
    const path = `/webhooks/${encodeURIComponent(id)}/deliveries`
    found.push(...(await api.list(path, DeliveryResource, { query, limit: options.limit })))
  }
  // Each webhook's newest are among all webhooks' newest.
  const newest = found
    .sort((one, other) => other.created_at.localeCompare(one.created_at))
    .slice(0, options.limit)
  session.print({ data: newest }, () => deliveriesText(newest))
  if (newest.length === options.limit)
    session.note(`There may be more: these are the newest ${options.limit}. --limit shows more.`)
}
