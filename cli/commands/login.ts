import { Api } from '../api.ts'
import { connectionOf, isInTheClear } from '../connection.ts'
import { Failed, Usage } from '../errors.ts'
import { grantsOf } from '../grants.ts'
import { loginPath, readLogins, writeLogins } from '../login-file.ts'
import { fields } from '../output.ts'
import { Health } from '../resources.ts'
import type { CommandGroup, Session } from '../session.ts'

/** `login`, `logout`, `status`: which service this command line speaks to, and as whom. */
export const loginCommands: CommandGroup = (program, open) => {
  program
    .command('login')
    .description('Check a token and keep it for later commands, readable by you alone.')
    .addHelpText(
      'after',
      `
The token is asked for, or read from standard input; the server printed one at its first start.

Examples:
  $ outgoing-webhooks login --url https://webhooks.example.com
  $ outgoing-webhooks login --url https://webhooks.example.com < token.txt
  $ outgoing-webhooks login --profile staging --url https://staging.example.com`,
    )
    .action(async (_options: unknown, command) => login(open(command)))

  program
    .command('logout')
    .description('Forget the token. It stays valid until it is revoked (tokens delete).')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks logout')
    .action(async (_options: unknown, command) => logout(open(command)))

  program
    .command('status')
    .alias('whoami')
    .description('Whether the service answers, and what your token may do.')
    .addHelpText('after', '\nExample:\n  $ outgoing-webhooks status')
    .action(async (_options: unknown, command) => status(open(command)))
}

async function login(session: Session): Promise<void> {
  const { terminal, options } = session
  const path = loginPath(terminal.environment)
  const logins = readLogins(path)
  const { profile, url } = connectionOf(options, terminal.environment)
  if (isInTheClear(url)) session.note(`${url} is not encrypted: whoever is on the way can read the token.`)
  const token = await tokenFor(session, url)
  const may = await grantsOf(new Api({ profile, url, token }, terminal))
  writeLogins(path, { ...logins, [profile]: { url, token } })
  session.print(
    { profile, url, may },
    `Logged in at ${url}. The token may ${may.join(', ')}.\nKept in ${path}, for you alone.\n`,
  )
}

async function tokenFor({ terminal, options }: Session, url: string): Promise<string> {
  const token = (
    options.token ??
    (terminal.isInteractive
      ? await terminal.askHidden(`API token for ${url}:`)
      : (await terminal.readInput()).toString('utf8'))
  ).trim()
  if (token === '')
    throw new Usage(
      'No token was given. Type it when asked, or give it on standard input: login < token.txt.',
    )
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Usage('That is no token: it has white space or other odd characters in it.')
  return token
}

function logout(session: Session): void {
  const path = loginPath(session.terminal.environment)
  const { profile } = session.connection
  const { [profile]: login, ...others } = readLogins(path)
  if (login === undefined) throw new Failed(`Nobody is logged in with the profile ${profile}.`)
  writeLogins(path, others)
  session.print(
    { profile, url: login.url },
    `Logged out of ${login.url}. The token stays valid until it is revoked.\n`,
  )
}

async function status(session: Session): Promise<void> {
  const { url, profile } = session.connection
  const { version } = await session.api.get('/health', Health)
  const may = await grantsOf(session.api)
  session.print({ url, profile, version, may }, () =>
    fields([
      ['service', `${url}, answers`],
      ['version', version],
      ['profile', profile],
      ['token may', may.join(', ')],
    ]),
  )
}
