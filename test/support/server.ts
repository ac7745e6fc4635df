import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log, LogFields } from '../../functions/middleware/log.ts'
import { type RunningServer, startServer } from '../../local/server.ts'
import { parseSettings } from '../../local/settings.ts'
import { ApiClient } from './api-client.ts'

/** One line of a log. */
export interface Logged {
  readonly message: string
  readonly fields: LogFields | undefined
}

export interface TestServer extends RunningServer {
  /** With a token that may do everything. */
  readonly api: ApiClient
  readonly dataDir: string
  /** What the server logged of errors. */
  readonly logged: readonly Logged[]
  /** What it logged of all that happened. */
  readonly lines: readonly Logged[]
  /** Stops it and removes its data. */
  remove(): Promise<void>
}

/** The token of `api`. */
export const adminToken = 'operator-token-of-the-tests'

/** The whole embedded server in this process, on a free port, as `npm start` configures it unless `args` say otherwise. */
export async function startTestServer({
  args = ['--development'],
  dataDir,
  builtConsole,
}: {
  args?: readonly string[]
  dataDir?: string
  builtConsole?: string
} = {}): Promise<TestServer> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'webhooks-test-')))
  const settings = parseSettings(['--port', '0', '--data', folder, ...args], { ADMIN_TOKEN: adminToken })
  if (settings === 'help') throw new Error('A server was asked for, not help.')
  const logged: Logged[] = []
  const lines: Logged[] = []
  const log: Log = {
    info: (message, fields) => lines.push({ message, fields }),
    error: (message, fields) => logged.push({ message, fields }),
  }
  const server = await startServer(settings, log, builtConsole)
  return {
    ...server,
    api: new ApiClient(server.url, adminToken),
    dataDir: folder,
    logged,
    lines,
    remove: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
