import { jsonLogTo } from '../functions/adapters/json-log.ts'
import { NewerData } from '../functions/adapters/sqlite/database.ts'
import { FolderInUse } from '../functions/adapters/sqlite/folder-lock.ts'
import { UnusableFolder } from './data-folder.ts'
import { InvalidSettings } from './flags.ts'
import { LineBuffer } from './line-buffer.ts'
import { helpText } from './options.ts'
import { startServer } from './server.ts'
import { parseSettings, type Settings } from './settings.ts'
import { welcomeText } from './welcome.ts'

// An attempt under way takes at most its 15 s deadline; 20 s leaves time to log it.
const patienceMs = 20_000

/** Runs the server until SIGTERM or SIGINT. What keeps it from starting is one clear line, and exit code 1. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const settings = parseSettings(args, process.env)
    if (settings === 'help') {
      process.stdout.write(helpText())
      return
    }
    const lines = new LineBuffer((text) => process.stderr.write(text))
    process.once('exit', () => lines.flush())
    const log = jsonLogTo(lines.add)
    const server = await startServer(settings, {
      info: log.info,
      error: (...line) => {
        log.error(...line)
        // Whoever looks for an error looks for it now, also if the process is about to end.
        lines.flush()
      },
    })
    // Before it says that it is ready: whoever waits for that may stop it at once.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(server))
    process.stdout.write(welcomeText(server, settings))
  } catch (error) {
    process.stderr.write(`${whyNot(error, args)}\n`)
    process.exitCode = 1
  }
}

async function stop(server: { stop(): Promise<void> }): Promise<void> {
  process.stdout.write('Stopping: finishing what is in flight.\n')
  const impatience = setTimeout(() => {
    process.stderr.write('Some requests took too long; after the next start they are made again.\n')
    process.exit(0)
  }, patienceMs)
  await server.stop()
  clearTimeout(impatience)
}

function whyNot(error: unknown, args: readonly string[]): string {
  const known = [InvalidSettings, UnusableFolder, FolderInUse, NewerData]
  if (known.some((errorClass) => error instanceof errorClass) && error instanceof Error) return error.message
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const { port, host } = listenAddress(args)
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Give another with --port or PORT.`
  if (code === 'EACCES')
    return `Port ${port} may not be listened on by this user. Give another with --port or PORT.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `This machine has no address ${host}. Give another with --host or HOST.`
  return `The server could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

function listenAddress(args: readonly string[]): Pick<Settings, 'port' | 'host'> {
  const settings = parseSettings(args, process.env)
  return settings === 'help' ? { port: 0, host: '' } : settings
}
