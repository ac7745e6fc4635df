import { Command } from 'commander'
import { version } from '../functions/version.ts'
import { commandGroups } from './command-groups.ts'
import { type GlobalOptions, Session } from './session.ts'
import type { Terminal } from './terminal.ts'

const after = `
Begin with:
  $ outgoing-webhooks login --url https://webhooks.example.com
  $ outgoing-webhooks webhooks list

In trouble:
  whose receivers fail?     $ outgoing-webhooks health webhooks
  what fails?               $ outgoing-webhooks deliveries list --errors --since 24h
  where is an event?        $ outgoing-webhooks events show <event>
  why is it refused?        $ outgoing-webhooks verify <captured request>
  a webhook is off          $ outgoing-webhooks webhooks enable <webhook>
  its receiver was down     $ outgoing-webhooks replay <webhook> --since 24h --only failed
  it missed events          $ outgoing-webhooks replay <webhook> --since 24h --only missed
  its secret leaked         $ outgoing-webhooks webhooks rotate-secret <webhook> --leaked
  a payload must go         $ outgoing-webhooks events erase <event>

Exit codes: 0 done, 1 done and the outcome is bad, 2 wrong usage, 3 refused by the API or not found,
4 the API cannot be reached or nobody is logged in, 10 a dry run found something to do.`

/** The command line, with all its commands. Instead of ending the process it throws a CommanderError. */
export function programFor(terminal: Terminal): Command {
  const program = new Command('outgoing-webhooks')
    .description('Outgoing webhooks for Sourcegraph, from the command line.')
    .version(version, '-V, --version', 'show the version')
    .option('--json', 'print results as JSON')
    .option('--url <address>', "the API's address (or OUTGOING_WEBHOOKS_URL)")
    .option(
      '--token <token>',
      'an API token; others see it in the process list, so prefer OUTGOING_WEBHOOKS_TOKEN',
    )
    .option('--profile <name>', 'which login to use (or OUTGOING_WEBHOOKS_PROFILE)')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => terminal.print(text), writeErr: (text) => terminal.note(text) })
    .showHelpAfterError('--help shows what there is.')
    .exitOverride()
    .addHelpText('after', after)
  const open = (command: Command) => new Session(terminal, command.optsWithGlobals<GlobalOptions>())
  for (const addGroup of commandGroups) addGroup(program, open)
  return program
}
