import type { Command } from 'commander'
import { pastTime } from '../arguments.ts'
import { Refused } from '../errors.ts'
import { keepAsking } from '../keep-asking.ts'
import { LogWatch } from '../log-watch.ts'
import { jsonText, printable, shortTime } from '../output.ts'
import { type DeliveryResource, WebhookResource } from '../resources.ts'
import type { CommandGroup, Session } from '../session.ts'
import { outcomeOf } from '../views.ts'

const pollMs = 2_000

interface TailOptions {
  readonly since?: string
  readonly errors?: boolean
}

/** `deliveries tail`: the log as it grows. */
export const tailCommand: CommandGroup = (program, open) => {
  const deliveries = program.commands.find((command: Command) => command.name() === 'deliveries') ?? program
  deliveries
    .command('tail')
    .description(
      'Follow the log of one webhook or of all, until Ctrl-C: each new delivery, and each change of one.',
    )
    .argument('[webhook]')
    .option(
      '--since <time>',
      'begin with those created since: how long ago, such as 10m, or a time',
      pastTime,
    )
    .option('--errors', 'only failures')
    .addHelpText(
      'after',
      `
Every two seconds it looks at the newest deliveries, and at those being retried, however old.
With --json each line is one delivery.

Examples:
  $ outgoing-webhooks deliveries tail
  $ outgoing-webhooks deliveries tail whk_01kaqc3h5n8r2c4x --since 10m --errors`,
    )
    .action(async (webhook: string | undefined, options: TailOptions, command) =>
      tail(open(command), webhook, options),
    )
}

async function tail(session: Session, webhook: string | undefined, options: TailOptions): Promise<void> {
  const stop = session.terminal.interruption()
  const follower = new Follower(session, webhook, options)
  let hasBegun = false
  for await (const _look of keepAsking(session, () => follower.look(), { everyMs: pollMs, stop })) {
    if (!hasBegun) session.note(`Following the log of ${webhook ?? 'all webhooks'}. Ctrl-C ends it.`)
    hasBegun = true
  }
}

/** Prints what is new in one log or in all. */
class Follower {
  readonly #session: Session
  readonly #webhook: string | undefined
  readonly #options: TailOptions
  readonly #watches = new Map<string, LogWatch>()
  #isFirst = true

  constructor(session: Session, webhook: string | undefined, options: TailOptions) {
    this.#session = session
    this.#webhook = webhook
    this.#options = options
  }

  async look(): Promise<void> {
    for (const id of await this.#webhookIds()) {
      // Printed log by log, so that what was found is out before the next one fails.
      for (const delivery of await this.#newsOf(id)) this.#show(delivery)
    }
    this.#isFirst = false
  }

  async #newsOf(id: string): Promise<readonly DeliveryResource[]> {
    try {
      return await this.#watchOf(id).look()
    } catch (error) {
      // One of all webhooks was deleted since they were listed.
      if (this.#webhook === undefined && error instanceof Refused && error.status === 404) return []
      throw error
    }
  }

  async #webhookIds(): Promise<string[]> {
    if (this.#webhook !== undefined) return [this.#webhook]
    return (await this.#session.api.list('/webhooks', WebhookResource)).map(({ id }) => id)
  }

  #watchOf(id: string): LogWatch {
    // All of the log of a webhook that was created meanwhile is news.
    const since = this.#isFirst ? this.#options.since : (this.#options.since ?? '1970-01-01T00:00:00Z')
    const watch = this.#watches.get(id) ?? new LogWatch(this.#session.api, id, since)
    this.#watches.set(id, watch)
    return watch
  }

  #show(delivery: DeliveryResource): void {
    if (this.#options.errors === true && delivery.last_error === null) return
    const { json, terminal } = this.#session
    if (json) terminal.print(jsonText(delivery, 0))
    else terminal.print(`${printable(lineOf(delivery))}\n`)
  }
}

function lineOf(delivery: DeliveryResource): string {
  const { updated_at, status, id, event_type, webhook_id, attempt_count } = delivery
  const parts = [
    shortTime(updated_at),
    status.padEnd(9),
    webhook_id,
    event_type,
    id,
    `attempt ${attempt_count}`,
  ]
  return `${parts.join('  ')}  ${outcomeOf(delivery)}`
}
