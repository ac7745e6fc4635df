import { wholeNumber } from '../arguments.ts'
import { Failed } from '../errors.ts'
import { queuesText, troubledText } from '../health-views.ts'
import { counted } from '../output.ts'
import { Queues, TroubledWebhookResource } from '../resources.ts'
import type { CommandGroup } from '../session.ts'

/** `health`: which webhooks are in trouble, and how much waits. The exit codes are for monitoring. */
export const healthCommands: CommandGroup = (program, open) => {
  const health = program.command('health').description('See what is in trouble, and how much waits.')

  health
    .command('webhooks')
    .description('List the webhooks in trouble: off by themselves, failing or slow. Exit code 1 if any is.')
    .option('--limit <number>', 'at most this many', wholeNumber(1, 10_000), 1_000)
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks health webhooks')
    .action(async ({ limit }: { limit: number }, command) => {
      const session = open(command)
      const found = await session.api.list('/health/webhooks', TroubledWebhookResource, { limit })
      session.print({ data: found }, () => troubledText(found))
      if (found.length > 0)
        throw new Failed(
          `${found.length === 1 ? '1 webhook is' : `${counted(found.length, 'webhook')} are`} in trouble.`,
        )
    })

  health
    .command('queues')
    .description('Show how much waits in the queues. Exit code 1 if there are dead letters.')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks health queues')
    .action(async (_options: unknown, command) => {
      const session = open(command)
      const { data: queues } = await session.api.get('/queues', Queues)
      session.print({ data: queues }, () => queuesText(queues))
      const deadLetters = queues.reduce((sum, { dead_letters }) => sum + dead_letters, 0)
      if (deadLetters > 0)
        throw new Failed(
          `${counted(deadLetters, 'dead letter')}: this service's own faults. docs/operations.md says what to do.`,
        )
    })
}
