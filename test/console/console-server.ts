import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { build } from 'vite'
import { portOf } from '../support/receiver.ts'

/** What the console is served with: nothing from elsewhere, nothing inline. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** Builds the console from its sources into a folder of its own. */
export async function buildConsole(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'console-'))
  await build({ root: 'console', configFile: 'console/vite.config.ts', logLevel: 'error', build: { outDir } })
  return outDir
}

export interface ConsoleServer {
  /** The address of the console, under a prefix as behind an API's stage. */
  readonly url: string
  close(): Promise<void>
}

/** Serves a fresh build under `/stage/console/` and the API at `/stage/`, as API Gateway does under a stage. */
export async function startConsoleServer(apiUrl: string): Promise<ConsoleServer> {
  const folder = await buildConsole()
  const server = createServer(async (incoming, answer) => {
    const path = (incoming.url ?? '').replace(/^\/stage/, '')
    if (path.startsWith('/console/')) {
      const name = normalize(path.slice('/console/'.length).split('?', 1)[0] || 'index.html')
      const file = await readFile(join(folder, name)).catch(() => undefined)
      answer.writeHead(file === undefined ? 404 : 200, {
        'Content-Type': types[extname(name)] ?? 'application/octet-stream',
        'Content-Security-Policy': contentSecurityPolicy,
      })
      answer.end(file)
      return
    }
    const passed = request(
      `${apiUrl}${path}`,
      { method: incoming.method, headers: incoming.headers },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(answer)
      },
    )
    passed.on('error', () => answer.writeHead(502).end())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/stage/console/`,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await rm(folder, { recursive: true, force: true })
    },
  }
}
