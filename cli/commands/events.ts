import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { pastTime, wholeNumber } from '../arguments.ts'
import { Unreachable, Usage } from '../errors.ts'
import { counted, fields, jsonText, shortTime } from '../output.ts'
import { EventDetail, EventResource } from '../resources.ts'
import { fileAt } from '../secret-text.ts'
import type { CommandGroup, Session } from '../session.ts'
import { deliveriesText, eventsText } from '../views.ts'

interface ListOptions {
  readonly type?: string
  readonly batchChange?: string
  readonly since?: string
  readonly until?: string
  readonly limit: number
}

/** `events`: what was accepted, where it is now, and how its payload is erased. */
export const eventsCommands: CommandGroup = (program, open) => {
  const events = program.command('events').alias('event').description('See, publish and erase events.')

  events
    .command('list')
    .description('List events, newest first.')
    .option('--type <event-type>', 'only events of this type')
    .option('--batch-change <id>', 'only events about this batch change, by the id that Sourcegraph prints')
    .option('--since <time>', 'accepted since: how long ago, such as 24h, or a time', pastTime)
    .option('--until <time>', 'accepted until', pastTime)
    .option('--limit <number>', 'at most this many', wholeNumber(1, 10_000), 20)
    .addHelpText(
      'after',
      '\nExample:\n  $ outgoing-webhooks events list --since 1h --type batch_change:apply',
    )
    .action(async ({ type, batchChange, since, until, limit }: ListOptions, command) => {
      const session = open(command)
      const query = { type, batch_change: batchChange, from: since, to: until }
      const found = await session.api.list('/events', EventResource, { query, limit })
      session.print({ data: found }, () => eventsText(found))
    })

  events
    .command('show')
    .description('Where an event is: its payload, its deliveries, who missed it.')
    .argument('<event>', 'its id, evt_…: the webhook-id that receivers see')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks events show evt_01kaqc3h5n8r2c4x7t9v2y4z6b')
    .action(async (id: string, _options: unknown, command) => {
      const session = open(command)
      const event = await session.api.get(`/events/${encodeURIComponent(id)}`, EventDetail)
      session.print(event, () => eventText(event))
    })

  events
    .command('publish')
    .description('Post an event. Takes a token of the scope publish.')
    .argument('<event-type>')
    .argument('[file]', 'the payload, JSON; standard input without it')
    .option('--key <text>', 'an idempotency key: the same key within 24 h is the same event')
    .addHelpText(
      'after',
      '\nExample:\n  $ outgoing-webhooks events publish batch_change:apply examples/batch-change.json',
    )
    .action(async (type: string, file: string | undefined, options: { key?: string }, command) =>
      publish(open(command), { type, file, key: options.key }),
    )

  events
    .command('erase')
    .description(
      "Remove an event's payload and receivers' answers to it for good, as when it held personal data.",
    )
    .argument('<event>')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks events erase evt_01kaqc3h5n8r2c4x7t9v2y4z6b')
    .action(async (id: string, options: { yes?: boolean }, command) => erase(open(command), id, options))
}

function eventText(event: EventDetail): string {
  const head = fields([
    ['id', event.id],
    ['type', event.type],
    ['from', `${event.origin.kind} ${event.origin.id}`],
    ['accepted', shortTime(event.accepted_at)],
    ['fanned out', shortTime(event.fanned_out_at) ?? 'not yet'],
    ['erased', shortTime(event.erased_at)],
    ['missed by', event.missed_by.join(' ')],
  ])
  const payload =
    event.payload == null
      ? 'Payload: gone\n'
      : `Payload, ${event.payload_bytes} bytes\n${jsonText(event.payload)}`
  return `${head}\n${deliveriesText(event.deliveries)}\n${payload}`
}

async function publish(
  session: Session,
  { type, file, key = randomUUID() }: { type: string; file: string | undefined; key: string | undefined },
): Promise<void> {
  if (file === undefined && session.terminal.isInteractive) session.note('Type the payload; Ctrl-D ends it.')
  const payload = file === undefined ? await session.terminal.readInput() : await fileAt(file)
  try {
    JSON.parse(payload.toString('utf8'))
  } catch {
    throw new Usage(`${file ?? 'Standard input'} holds no JSON.`)
  }
  // Not parsed and written again: receivers get the payload's bytes as they are.
  const head = JSON.stringify({ type, idempotency_key: key }).slice(0, -1)
  const body = Buffer.concat([Buffer.from(`${head},"payload":`), payload, Buffer.from('}')])
  const Accepted = z.looseObject({ id: z.string(), duplicate: z.boolean() })
  const answer = await session.api
    .call('POST', '/events', { body, repeatable: true })
    .catch((error: unknown) => {
      if (error instanceof Unreachable)
        session.note(`Whether it was accepted is not known. To send it again and not twice: --key ${key}`)
      throw error
    })
  const accepted = Accepted.parse(answer.body)
  session.print(accepted, () =>
    accepted.duplicate
      ? `${accepted.id} had been accepted before with this key: nothing is sent again.\n`
      : `Accepted as ${accepted.id}. See where it goes: outgoing-webhooks events show ${accepted.id}\n`,
  )
}

async function erase(session: Session, id: string, options: { yes?: boolean }): Promise<void> {
  const path = `/events/${encodeURIComponent(id)}`
  const event = await session.api.get(path, EventDetail)
  const waiting = event.deliveries.filter(({ status }) => status === 'pending' || status === 'retrying')
  const delivered = event.deliveries.filter(({ status }) => status === 'delivered')
  const consequences = [
    ...(waiting.length === 0
      ? []
      : [`${counted(waiting.length, 'delivery', 'deliveries')} of it still under way will not be made.`]),
    ...(delivered.length === 0
      ? []
      : [
          `${counted(delivered.length, 'receiver has', 'receivers have')} it already, which this does not undo.`,
        ]),
  ]
  const what = `Erase the payload of ${id} (${event.type}, ${shortTime(event.accepted_at)}), and what receivers answered to it, for good?`
  await session.confirm([what, ...consequences].join(' '), options)
  const { body } = await session.api.call('DELETE', `${path}/payload`, { repeatable: true })
  session.print(
    body ?? { id, erased: true },
    [`The payload of ${id} is erased.`, ...consequences, ''].join('\n'),
  )
}
