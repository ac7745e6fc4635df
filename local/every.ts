import type { Log } from '../functions/middleware/log.ts'

/** Runs a task at once and then every period, never twice at a time; a failure is logged and tried again next time. */
export class Every {
  readonly #periodMs: number
  readonly #task: () => Promise<void>
  readonly #log: Log
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(periodMs: number, task: () => Promise<void>, log: Log) {
    this.#periodMs = periodMs
    this.#task = task
    this.#log = log
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Resolves when a run that is under way is over. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      await this.#task()
    } catch (error) {
      this.#log.error('a periodic task failed', { error: String(error) })
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => this.start(), this.#periodMs)
  }
}
