import * as z from 'zod'
import { shortTime, table } from '../output.ts'
import { secretFrom } from '../secret-text.ts'
import type { CommandGroup } from '../session.ts'

const Source = z.looseObject({
  id: z.string(),
  name: z.string(),
  created_at: z.string(),
  last_event_at: z.string().nullable(),
})
const CreatedSource = Source.extend({ secret: z.string() })

/** `sources`: the Sourcegraph instances that may post events. */
export const sourcesCommands: CommandGroup = (program, open) => {
  const sources = program
    .command('sources')
    .alias('source')
    .description('Connect and disconnect Sourcegraph instances, which post events.')

  sources
    .command('list')
    .description('List the connected instances, newest first.')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks sources list')
    .action(async (_options: unknown, command) => {
      const session = open(command)
      const found = await session.api.list('/sources', Source)
      session.print({ data: found }, () =>
        found.length === 0
          ? 'No sources.\n'
          : table(found, [
              { title: 'ID', of: ({ id }) => id },
              { title: 'NAME', of: ({ name }) => name },
              { title: 'CREATED', of: ({ created_at }) => shortTime(created_at) },
              { title: 'LAST EVENT', of: ({ last_event_at }) => shortTime(last_event_at) ?? 'none yet' },
            ]),
      )
    })

  sources
    .command('create')
    .description('Connect an instance. Its secret is made for you and shown once.')
    .argument('<name>', 'what you call it')
    .option('--secret-file <path>', 'use the secret in this file instead; - for standard input')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks sources create sourcegraph.example.com')
    .action(async (name: string, options: { secretFile?: string }, command) => {
      const session = open(command)
      const secret =
        options.secretFile === undefined ? undefined : await secretFrom(session.terminal, options.secretFile)
      const { body } = await session.api.call('POST', '/sources', { body: { name, secret } })
      const source = CreatedSource.parse(body)
      session.print(
        source,
        () => `Connected as ${source.id}. In Sourcegraph create an outgoing webhook with the URL

  ${session.api.url}/events

and this secret, shown this once:

  ${source.secret}

`,
      )
    })

  sources
    .command('delete')
    .description('Disconnect an instance: its events are refused from then on. Those that came stay.')
    .argument('<source>', 'its id, src_…')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks sources delete src_01kaqc3h5n8r2c4x')
    .action(async (id: string, options: { yes?: boolean }, command) => {
      const session = open(command)
      await session.confirm(
        `Disconnect ${id}? Events that it posts from now on are refused, and lost.`,
        options,
      )
      await session.api.call('DELETE', `/sources/${encodeURIComponent(id)}`)
      session.print({ id, deleted: true }, `Disconnected ${id}.\n`)
    })
}
