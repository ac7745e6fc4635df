// Sends one load at a time, as it is told, and reports what came of it.
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { nowMs } from './clock.ts'
import { cpuSeconds } from './cpu.ts'
import { Load, type LoadReport } from './messages.ts'

const requestTimeoutMs = 10_000
// Enough that a stalled server is not spared requests that were due; still far from the limit on open files.
const maxScheduledConnections = 512

class Publisher {
  readonly #load: Load
  readonly #agent: Agent
  readonly #options
  readonly #bodies: readonly Buffer[]
  readonly #ids: string[] = []
  readonly #scheduledAt: number[] = []
  readonly #answeredAt: number[] = []
  readonly #lateMs: number[] = []
  readonly #failures: Record<string, number> = {}
  #answered = 0
  #sent = 0

  constructor(load: Load) {
    this.#load = load
    const maxSockets = load.ratePerSecond === undefined ? load.connections : maxScheduledConnections
    this.#agent = new Agent({ keepAlive: true, maxSockets, maxFreeSockets: maxSockets })
    this.#bodies = load.bodies.map((body) => Buffer.from(body))
    const { hostname, port, pathname } = new URL(load.url)
    this.#options = {
      agent: this.#agent,
      host: hostname,
      port,
      path: pathname,
      method: 'POST',
      timeout: requestTimeoutMs,
    }
  }

  async run(): Promise<LoadReport> {
    const cpuBefore = cpuSeconds()
    const startedAt = nowMs()
    const { ratePerSecond } = this.#load
    if (ratePerSecond === undefined) await this.#closedLoop(startedAt)
    else await this.#bySchedule(startedAt, ratePerSecond)
    this.#agent.destroy()
    return {
      answered: this.#answered,
      startedAt,
      endedAt: nowMs(),
      ids: this.#ids,
      scheduledAt: Float64Array.from(this.#scheduledAt),
      answeredAt: Float64Array.from(this.#answeredAt),
      lateMs: Float64Array.from(this.#lateMs),
      failures: this.#failures,
      cpuSeconds: cpuSeconds() - cpuBefore,
    }
  }

  async #closedLoop(startedAt: number): Promise<void> {
    const { connections, seconds, maxRequests } = this.#load
    const endAt = startedAt + seconds * 1_000
    let sent = 0
    const loop = async () => {
      while (sent < maxRequests && nowMs() < endAt) {
        sent++
        await this.#post(nowMs())
      }
    }
    await Promise.all(Array.from({ length: connections }, loop))
  }

  async #bySchedule(startedAt: number, ratePerSecond: number): Promise<void> {
    const total = Math.min(this.#load.maxRequests, Math.floor(ratePerSecond * this.#load.seconds))
    const dueAt = (index: number) => startedAt + (index * 1_000) / ratePerSecond
    const underWay: Promise<void>[] = []
    while (underWay.length < total) {
      while (underWay.length < total && dueAt(underWay.length) <= nowMs()) {
        const scheduledAt = dueAt(underWay.length)
        this.#lateMs.push(nowMs() - scheduledAt)
        underWay.push(this.#post(scheduledAt))
      }
      // A timer is up to a millisecond late, and the report says so; a busy loop would take a core from the server.
      await pause(1)
    }
    await Promise.all(underWay)
  }

  #post(scheduledAt: number): Promise<void> {
    return new Promise((resolve) => {
      const fail = (reason: string) => {
        this.#failures[reason] = (this.#failures[reason] ?? 0) + 1
        resolve()
      }
      const body = this.#bodies[this.#sent++ % this.#bodies.length] ?? Buffer.alloc(0)
      const headers = { ...this.#load.headers, 'Content-Length': body.length }
      const sent = request({ ...this.#options, headers }, (response) => {
        const { statusCode = 0 } = response
        let text = ''
        response.setEncoding('latin1').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', (error) => fail(error.message))
        response.on('end', () => {
          if (statusCode < 200 || statusCode > 299) return fail(`${statusCode} ${text.slice(0, 200)}`)
          this.#take(text, scheduledAt)
          resolve()
        })
      })
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${requestTimeoutMs} ms`)))
      sent.on('error', (error) => fail(error.message))
      sent.end(body)
    })
  }

  #take(text: string, scheduledAt: number): void {
    const answeredAt = nowMs()
    this.#answered++
    for (const [, id] of text.matchAll(/"id":"(evt_[0-9a-z]+)"/g)) {
      if (id !== undefined) this.#ids.push(id)
      if (this.#load.ratePerSecond === undefined) continue
      this.#scheduledAt.push(scheduledAt)
      this.#answeredAt.push(answeredAt)
    }
  }
}

process.on('disconnect', () => process.exit())
process.on('message', async (message: unknown) => {
  process.send?.(await new Publisher(Load.parse(message)).run())
})
