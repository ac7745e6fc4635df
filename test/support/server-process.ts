import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { portOf } from './receiver.ts'

/** The server as a process of its own, to be killed and started again over the same data. */
export class ServerProcess {
  readonly url: string
  readonly #args: readonly string[]
  readonly #environment: Readonly<Record<string, string>>
  #child: ChildProcess | undefined
  #exited: Promise<number | null> = Promise.resolve(null)

  constructor(
    port: number,
    { args, environment }: { args: readonly string[]; environment: Readonly<Record<string, string>> },
  ) {
    this.url = `http://127.0.0.1:${port}`
    this.#args = ['local/start.js', '--development', '--port', String(port), ...args]
    this.#environment = environment
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /**
   * Starts it; resolves with the milliseconds that it took to be ready. Rejects with what it printed when it exits instead.
   * @param maxFileKib writes beyond that size of a file fail, as they do on a full disk.
   */
  async start({ maxFileKib }: { maxFileKib?: number | undefined } = {}): Promise<number> {
    const startedAt = performance.now()
    const [command = '', ...args] = [
      ...(maxFileKib === undefined ? [] : limitingFiles(maxFileKib)),
      process.execPath,
      ...this.#args,
    ]
    const child = spawn(command, args, {
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#exited = new Promise((resolve) => child.once('exit', resolve))
    let printed = ''
    await new Promise<void>((resolve, reject) => {
      const onData = (chunk: Buffer) => {
        printed += String(chunk)
        if (printed.includes('ready at')) resolve()
      }
      child.stdout?.on('data', onData)
      child.stderr?.on('data', onData)
      child.once('exit', () => reject(new Error(`The server did not start: ${printed}`)))
    })
    return performance.now() - startedAt
  }

  /** Sends the signal and waits for the end; resolves with the exit code, null when the signal ended it. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.#child?.kill(signal)
    return this.#exited
  }
}

/** The shell that starts a process which may write no file larger than that; POSIX counts in units of 512 bytes. */
function limitingFiles(maxFileKib: number): readonly string[] {
  // Else the signal ends the process; ignored, the write fails with EFBIG.
  return ['sh', '-c', `trap '' XFSZ; ulimit -f ${2 * maxFileKib}; exec "$@"`, 'sh']
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}
