import * as z from 'zod'
import { futureTime, several } from '../arguments.ts'
import { shortTime, table } from '../output.ts'
import type { CommandGroup } from '../session.ts'

const Token = z.looseObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: z.string(),
  expires_at: z.string().nullable(),
})
const CreatedToken = Token.extend({ token: z.string() })

/** `tokens`: who may call the API. */
export const tokensCommands: CommandGroup = (program, open) => {
  const tokens = program.command('tokens').alias('token').description('See, create and revoke API tokens.')

  tokens
    .command('list')
    .description('List API tokens, newest first; never the tokens themselves.')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks tokens list')
    .action(async (_options: unknown, command) => {
      const session = open(command)
      const found = await session.api.list('/tokens', Token)
      session.print({ data: found }, () =>
        found.length === 0
          ? 'No tokens.\n'
          : table(found, [
              { title: 'ID', of: ({ id }) => id },
              { title: 'NAME', of: ({ name }) => name },
              { title: 'SCOPES', of: ({ scopes }) => scopes.join(' ') },
              { title: 'CREATED', of: ({ created_at }) => shortTime(created_at) },
              { title: 'EXPIRES', of: ({ expires_at }) => shortTime(expires_at) ?? 'never' },
            ]),
      )
    })

  tokens
    .command('create')
    .description('Create an API token. It is shown once.')
    .argument('<name>', 'what or whom it is for')
    .requiredOption('--scope <scopes>', 'read, admin or publish; several with commas between', several)
    .option('--expires <time>', 'when it ends: how long from now, such as 90d, or a time', futureTime)
    .addHelpText(
      'after',
      '\nExample:\n  $ outgoing-webhooks tokens create "release script" --scope publish --expires 90d',
    )
    .action(async (name: string, options: { scope: readonly string[]; expires?: string }, command) => {
      const session = open(command)
      const { body } = await session.api.call('POST', '/tokens', {
        body: { name, scopes: options.scope, expires_at: options.expires },
      })
      const token = CreatedToken.parse(body)
      session.print(
        token,
        () => `Created ${token.id}. The token, shown this once; keep it now:\n\n  ${token.token}\n\n`,
      )
    })

  tokens
    .command('delete')
    .alias('revoke')
    .description('Revoke an API token: it is refused from then on.')
    .argument('<token-id>', 'its id, tok_…')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks tokens delete tok_01kaqc3h5n8r2c4x')
    .action(async (id: string, options: { yes?: boolean }, command) => {
      const session = open(command)
      await session.confirm(`Revoke ${id}? Whatever uses it is refused from now on.`, options)
      await session.api.call('DELETE', `/tokens/${encodeURIComponent(id)}`)
      session.print({ id, deleted: true }, `Revoked ${id}.\n`)
    })
}
