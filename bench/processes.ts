import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const readyWithinMs = 15_000
const stoppedWithinMs = 20_000
const keptLogLines = 5
// As `npm start` has it. V8's own choice for young objects on a machine with much memory is 128 MB, and saves no time; its four
// threads that help to collect memory take both of two cores for some 20 ms, every other second.
const asByNpm = ['--max-semi-space-size=16', '--v8-pool-size=1']

const children = new Set<ChildProcess>()
// Whatever ends the bench ends its processes too.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

function keep(child: ChildProcess): ChildProcess {
  children.add(child)
  return child.once('exit', () => children.delete(child))
}

/** One of the bench's own processes, asked one thing at a time. */
export interface Worker {
  /** Rejects when the process ends or gives no answer within `withinMs`. */
  ask(message: object | string, withinMs: number): Promise<unknown>
  end(): void
}

/** Starts a file of this folder as a process, with an argument or none and variables added to the environment. */
export function startWorker(file: string, argument?: string, environment: NodeJS.ProcessEnv = {}): Worker {
  const child = keep(
    fork(fileURLToPath(new URL(file, import.meta.url)), argument === undefined ? [] : [argument], {
      serialization: 'advanced',
      execArgv: [],
      env: { ...process.env, ...environment },
    }),
  )
  return {
    ask: (message, withinMs) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void) => {
          clearTimeout(patience)
          child.off('message', answered).off('exit', ended)
          finish()
        }
        const answered = (answer: unknown) => settle(() => resolve(answer))
        const ended = (code: number | null) => settle(() => reject(new Error(`${file} ended with ${code}.`)))
        const patience = setTimeout(
          () => settle(() => reject(new Error(`${file} gave no answer in ${withinMs} ms.`))),
          withinMs,
        )
        child.once('message', answered).once('exit', ended)
        child.send(message, (error) => {
          if (error !== null) settle(() => reject(error))
        })
      }),
    end: () => child.kill('SIGKILL'),
  }
}

/** The embedded server, as a user starts it. */
export interface ServerProcess {
  readonly url: string
  readonly pid: number
  readonly isRunning: () => boolean
  /** Rejects, saying why, when the server ends without having been asked to. */
  readonly crash: Promise<never>
  /** Lines of errors that it has logged; without trouble there are none. */
  readonly logged: () => { readonly count: number; readonly first: readonly string[] }
  /** Asks it to stop, by SIGTERM, and resolves when it has: with its exit code, or null when it had to be killed. */
  stop(): Promise<number | null>
}

/** Starts `local/start.js` on a free port and resolves once it is ready; rejects when it is not in time. */
export async function startServer({
  dataDir,
  adminToken,
  logEvents = false,
  nodeOptions = [],
}: {
  dataDir: string
  adminToken: string
  /** Whether it logs what happens to events, as it does unless told otherwise. */
  logEvents?: boolean
  nodeOptions?: readonly string[]
}): Promise<ServerProcess> {
  const start = fileURLToPath(new URL('../local/start.js', import.meta.url))
  const child = keep(
    spawn(
      process.execPath,
      [
        ...asByNpm,
        ...nodeOptions,
        start,
        '--development',
        '--port',
        '0',
        '--data',
        dataDir,
        `--log-events=${logEvents}`,
      ],
      {
        // Nothing else of the environment: it could change a setting.
        env: { ADMIN_TOKEN: adminToken },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    ),
  )
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null))
  const first: string[] = []
  let count = 0
  let rest = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    const errors = lines.filter((line) => line !== '' && !line.includes('"level":"info"'))
    count += errors.length
    first.push(...errors.slice(0, keptLogLines - first.length))
  })
  let isRunning = true
  let isStopping = false
  const crash = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code, signal) => {
      isRunning = false
      if (!isStopping) reject(new Error(`The server ended with ${code ?? signal}: ${first.join('\n')}`))
    })
  })
  // Whoever waits for something else meanwhile hears of it there.
  crash.catch(() => {})
  const url = await Promise.race([readUrl(child), crash])
  return {
    url,
    pid: child.pid ?? 0,
    isRunning: () => isRunning,
    crash,
    logged: () => ({ count, first }),
    stop: async () => {
      isStopping = true
      child.kill('SIGTERM')
      const impatience = setTimeout(() => child.kill('SIGKILL'), stoppedWithinMs)
      const code = await exited
      clearTimeout(impatience)
      return code
    },
  }
}

function readUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const patience = setTimeout(() => reject(new Error('The server was not ready in time.')), readyWithinMs)
    child.once('exit', () => clearTimeout(patience))
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const url = /ready at (http:\/\/\S+)\n/.exec(text)?.[1]
      if (url === undefined) return
      clearTimeout(patience)
      resolve(url)
    })
  })
}
