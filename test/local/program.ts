import { type ChildProcess, spawn } from 'node:child_process'

/** The program as its user starts it. */
export class Program {
  printed = ''
  complained = ''
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess
  #onPrinted = () => {}

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, ['local/start.js', ...args], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    child.stdout?.on('data', (chunk) => {
      this.printed += String(chunk)
      this.#onPrinted()
    })
    child.stderr?.on('data', (chunk) => {
      this.complained += String(chunk)
    })
    this.exited = new Promise((resolve) => child.once('close', resolve))
  }

  /** Resolves with the first match in what it prints; rejects when it ends without. */
  async prints(pattern: RegExp): Promise<string> {
    const ended = this.exited.then(() => true)
    for (;;) {
      const match = pattern.exec(this.printed)
      if (match !== null) return match[1] ?? match[0]
      const more = new Promise<false>((resolve) => {
        this.#onPrinted = () => resolve(false)
      })
      if (await Promise.race([more, ended])) throw new Error(`It ended: ${this.printed}${this.complained}`)
    }
  }

  ready = () => this.prints(/ready at (\S+)/)

  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal)
    return this.exited
  }
}
