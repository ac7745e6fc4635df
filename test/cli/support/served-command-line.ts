import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { adminToken, startTestServer, type TestServer } from '../../support/server.ts'
import { type CommandLine, commandLineFor } from './command-line.ts'

/** For each test a server of its own, a command line that is logged in there, and its folder of files. */
export class ServedCommandLine {
  #server: TestServer | undefined
  #cli: CommandLine | undefined

  /** `args` are the server's. */
  constructor(args?: readonly string[]) {
    beforeEach(async () => {
      this.#server = await startTestServer(args === undefined ? {} : { args })
      this.#cli = commandLineFor(this.#server.url, adminToken)
    })
    afterEach(async () => {
      this.#cli?.remove()
      await this.#server?.remove()
    })
  }

  get server(): TestServer {
    if (this.#server === undefined) throw new Error('A test has a server, and nothing else.')
    return this.#server
  }

  get cli(): CommandLine {
    if (this.#cli === undefined) throw new Error('A test has a command line, and nothing else.')
    return this.#cli
  }

  /** Where a file of that name is. */
  at(name: string): string {
    return join(this.cli.home, name)
  }

  /** Writes a file; returns where it is. */
  file(text: string, name = 'webhooks.yaml'): string {
    writeFileSync(this.at(name), text)
    return this.at(name)
  }

  /** The webhooks of its server, or of another command line's, newest first. */
  async webhooks(of: CommandLine = this.cli): Promise<Readonly<Record<string, unknown>>[]> {
    return (await of.run(['webhooks', 'list', '--json'])).data()
  }
}

/** A file with two webhooks. */
export const twoWebhooks = `version: 1
webhooks:
  - url: http://127.0.0.1:9/a
    event_types: [a:b]
  - url: http://127.0.0.1:9/b
    event_types: [a:b]
    description: second
`
