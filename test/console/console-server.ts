import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { portOf } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

/** Builds the console from its sources into a folder of its own. */
export async function buildConsole(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'console-'))
  await build({
    root: 'console',
    configFile: 'console/vite.config.ts',
    logLevel: 'error',
    build: { outDir },
  })
  return outDir
}

export interface ConsoleServer extends TestServer {
  /** The address of the console, under a prefix as behind an API's stage. */
  readonly consoleUrl: string
}

/** The embedded server with a fresh build of the console, and a proxy before it that puts all of it under `/stage`. */
export async function startConsoleServer(): Promise<ConsoleServer> {
  const folder = await buildConsole()
  const server = await startTestServer({ builtConsole: folder })
  const proxy = createServer((incoming, answer) => {
    const { method, headers, url = '' } = incoming
    const passed = request(`${server.url}${url.replace(/^\/stage/, '')}`, { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    passed.on('error', () => answer.writeHead(502).end())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    ...server,
    consoleUrl: `http://127.0.0.1:${portOf(proxy.address())}/stage/console/`,
    remove: async () => {
      await new Promise<void>((resolve) => {
        proxy.close(() => resolve())
        proxy.closeAllConnections()
      })
      await server.remove()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
