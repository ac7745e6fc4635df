import { Option } from 'commander'
import { pastTime, wholeNumber } from '../arguments.ts'
import { Failed, Unreachable, Usage } from '../errors.ts'
import { keepAsking } from '../keep-asking.ts'
import { counted, shortTime, table } from '../output.ts'
import { startProgress } from '../progress.ts'
import { countText, replayText } from '../replay-views.ts'
import { ReplayResource, WebhookResource } from '../resources.ts'
import type { CommandGroup, Session } from '../session.ts'

const pollMs = 1_000
const patienceMs = 5 * 60_000

interface ReplayOptions {
  readonly since?: string
  readonly until?: string
  readonly only?: 'failed' | 'missed'
  readonly rate?: number
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly wait: boolean
}

/** `replay`: send a webhook again what it had since a time, or only what failed or was missed. */
export const replayCommands: CommandGroup = (program, open) => {
  const replay = program
    .command('replay')
    .description(
      'Send a webhook the events since a time again: counts them, asks, sends, shows how far it is.',
    )
    .argument('[webhook]')
    .option('--since <time>', 'accepted since: how long ago, such as 24h, or a time (required)', pastTime)
    .option('--until <time>', 'accepted until; without it until now', pastTime)
    .addOption(
      new Option(
        '--only <which>',
        'failed: tried to the end and not delivered; missed: not tried to the end, as while the webhook was off',
      ).choices(['failed', 'missed']),
    )
    .option('--rate <number>', 'most deliveries a second, at most 500; without it 50', wholeNumber(1, 500))
    .option('--dry-run', 'count only')
    .option('-y, --yes', 'do not ask')
    .option('--no-wait', 'do not wait for its end')
    .addHelpText(
      'after',
      `
Without --only everything is sent, also what was delivered. Receivers see the same webhook-id as the first time.
An event that is still under way is not sent a second time. One replay of a webhook runs at a time.

Examples:
  $ outgoing-webhooks replay whk_01kaqc3h5n8r2c4x --since 24h --only missed
  $ outgoing-webhooks replay whk_01kaqc3h5n8r2c4x --since 2026-11-23T00:00:00Z --only failed --dry-run
  $ outgoing-webhooks replay status rpl_01kaqc3h5n8r2c4x
  $ outgoing-webhooks replay cancel rpl_01kaqc3h5n8r2c4x`,
    )
    .action(async (webhook: string | undefined, options: ReplayOptions, command) => {
      if (webhook === undefined) throw new Usage('Name the webhook: replay <webhook> --since 24h.')
      if (options.since === undefined) throw new Usage('Say since when: --since 24h, or a time.')
      await start(open(command), webhook, { ...options, since: options.since })
    })

  replay
    .command('status')
    .description('How far a replay is.')
    .argument('<replay>', 'its id, rpl_…')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks replay status rpl_01kaqc3h5n8r2c4x')
    .action(async (id: string, _options: unknown, command) => {
      const session = open(command)
      const found = await session.api.get(`/replays/${encodeURIComponent(id)}`, ReplayResource)
      session.print(found, () => replayText(found))
    })

  replay
    .command('list')
    .description("A webhook's replays, newest first.")
    .argument('<webhook>')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks replay list whk_01kaqc3h5n8r2c4x')
    .action(async (webhook: string, _options: unknown, command) => {
      const session = open(command)
      const found = await session.api.list(`/webhooks/${encodeURIComponent(webhook)}/replays`, ReplayResource)
      session.print({ data: found }, () =>
        found.length === 0
          ? 'No replays.\n'
          : table(found, [
              { title: 'ID', of: ({ id }) => id },
              { title: 'CREATED', of: ({ created_at }) => shortTime(created_at) },
              { title: 'WHAT', of: ({ include, dry_run }) => `${include}${dry_run ? ', count only' : ''}` },
              { title: 'STATUS', of: ({ status }) => status },
              { title: 'MATCHED', of: ({ matched }) => matched },
              { title: 'QUEUED', of: ({ queued }) => queued },
            ]),
      )
    })

  replay
    .command('cancel')
    .description('Stop a replay. What it has queued already is sent.')
    .argument('<replay>')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks replay cancel rpl_01kaqc3h5n8r2c4x')
    .action(async (id: string, _options: unknown, command) => {
      const session = open(command)
      const path = `/replays/${encodeURIComponent(id)}/cancel`
      const { body } = await session.api.call('POST', path, { repeatable: true })
      const cancelled = ReplayResource.parse(body)
      session.print(cancelled, () => replayText(cancelled))
    })
}

async function start(
  session: Session,
  webhookId: string,
  options: ReplayOptions & { readonly since: string },
): Promise<void> {
  const path = `/webhooks/${encodeURIComponent(webhookId)}`
  const { url, enabled } = await session.api.get(path, WebhookResource)
  if (!enabled && options.dryRun !== true)
    throw new Failed(`${webhookId} is off. Turn it on first: outgoing-webhooks webhooks enable ${webhookId}`)
  const include = options.only ?? 'all'
  const wanted = { since: options.since, until: options.until, include, rate: options.rate }
  const stop = session.terminal.interruption()
  const counting = await begun(session, path, { ...wanted, dry_run: true })
  const count = await waitedFor(session, counting, { stop, what: ({ matched }) => `${matched} counted` })
  if (stop.aborted && count.status === 'running') {
    await session.api.call('POST', `/replays/${count.id}/cancel`, { repeatable: true })
    throw new Failed('Counting was stopped. Nothing was sent.')
  }
  if (options.dryRun === true || count.matched === 0) {
    session.print(count, () => `${countText(count)}\nNothing was sent.\n`)
    return
  }
  const twice = include === 'all' ? ' Those that were delivered already are sent a second time.' : ''
  session.note(`${countText(count)}${twice}`)
  await session.confirm(`Send ${counted(count.matched, 'event')} to ${webhookId} (${url})?`, options)
  // What was counted is what is sent: no later end than that of the count.
  const running = await begun(session, path, { ...wanted, until: count.until, dry_run: false })
  session.note(`Started as ${running.id}.`)
  const what = ({ queued }: ReplayResource) => `${queued} of ${count.matched} queued`
  const shareOf = ({ queued }: ReplayResource) => Math.min(queued / count.matched, 1)
  const ended = options.wait ? await waitedFor(session, running, { stop, what, shareOf }) : running
  session.print(ended, () => replayText(ended))
  if (ended.status === 'running') session.note(goesOn(running.id))
  if (ended.status === 'cancelled')
    throw new Failed(`${running.id} ended early: ${ended.reason ?? 'it was cancelled.'}`)
}

async function begun(session: Session, path: string, body: object): Promise<ReplayResource> {
  return ReplayResource.parse((await session.api.call('POST', `${path}/replay`, { body })).body)
}

/** The replay once it is over, or as it was last seen when somebody did not want to wait any longer. */
async function waitedFor(
  session: Session,
  replay: ReplayResource,
  {
    stop,
    what,
    shareOf = ({ progress }) => progress,
  }: {
    stop: AbortSignal
    what: (now: ReplayResource) => string
    /** How far it is. By itself a replay goes by time, and events lie unevenly in it. */
    shareOf?: (now: ReplayResource) => number
  },
): Promise<ReplayResource> {
  if (replay.status !== 'running') return replay
  const progress = await startProgress(session.terminal)
  const ask = () => session.api.get(`/replays/${replay.id}`, ReplayResource)
  let last = replay
  try {
    for await (const now of keepAsking(session, ask, { everyMs: pollMs, stop, patienceMs })) {
      last = now
      progress.show(now.status === 'finished' ? 1 : shareOf(now), what(now))
      if (now.status !== 'running') break
    }
  } catch (error) {
    if (error instanceof Unreachable) session.note(goesOn(replay.id))
    throw error
  } finally {
    progress.end()
  }
  return last
}

function goesOn(id: string): string {
  return `It goes on by itself. See how far it is: outgoing-webhooks replay status ${id}\nStop it: outgoing-webhooks replay cancel ${id}`
}
