import type { Command } from 'commander'
import { Api } from './api.ts'
import { type Connection, connectionOf } from './connection.ts'
import { Failed, Usage } from './errors.ts'
import { jsonText, printable } from './output.ts'
import type { Terminal } from './terminal.ts'

/** The options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly url?: string
  readonly token?: string
  readonly profile?: string
}

/** What a command works with while it runs. */
export class Session {
  readonly terminal: Terminal
  readonly json: boolean
  readonly options: GlobalOptions
  #api: Api | undefined

  constructor(terminal: Terminal, options: GlobalOptions) {
    this.terminal = terminal
    this.options = options
    this.json = options.json === true
  }

  get connection(): Connection {
    return connectionOf(this.options, this.terminal.environment)
  }

  /** @throws Unreachable when nobody is logged in. */
  get api(): Api {
    this.#api ??= new Api(this.connection, this.terminal)
    return this.#api
  }

  /** Prints a result: the data with `--json`, else the text. */
  print(data: unknown, text: string | (() => string)): void {
    this.terminal.print(this.json ? jsonText(data) : typeof text === 'string' ? text : text())
  }

  /** Tells something that is no result. */
  readonly note = (text: string): void => this.terminal.note(`${printable(text)}\n`)

  /**
   * Returns once it was confirmed, by `--yes` or by whoever is there.
   * @throws Failed when it was not, Usage when nobody is there to ask.
   */
  async confirm(question: string, { yes }: { yes?: boolean | undefined }): Promise<void> {
    if (yes === true) return
    if (!this.terminal.isInteractive)
      throw new Usage(`${question} Nobody is here to be asked: say so with --yes. Nothing was done.`)
    if (!(await this.terminal.confirm(question))) throw new Failed('Nothing was done.')
  }
}

/** Opens the session for a command that runs. */
export type Open = (command: Command) => Session

/** Adds its commands to the program. One file of `commands/` each; `command-groups.ts` lists them. */
export type CommandGroup = (program: Command, open: Open) => void
