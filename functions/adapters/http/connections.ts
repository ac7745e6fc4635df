import { Connection } from './connection.ts'
import type { Guard } from './guarded-connect.ts'
import type { Target } from './target.ts'

// Shorter than the 5 s after which Node's and Apache's servers close an idle connection; few have a shorter time.
const idleMs = 4_000
/** How much earlier than the receiver we let go of a connection: a request would meet its end on the way. */
const earlierMs = 1_000
// Else a busy connection would stay where its name once led, and with whoever's certificate was valid then, for ever.
const maxAgeMs = 2 * 60_000
const stopped = new Error('this service was stopped')

interface Idle {
  readonly connection: Connection
  /** By the clock of `performance.now`. */
  readonly until: number
  readonly timer: NodeJS.Timeout
}

/** The connections to all receivers: those under way, and idle ones that are kept for the next request to their origin. */
export class Connections {
  readonly #guard: Guard
  readonly #open = new Set<Connection>()
  readonly #idle = new Map<string, Idle[]>()
  #isClosed = false

  constructor(guard: Guard) {
    this.#guard = guard
  }

  /** The idle connection to a target's origin that was used last, else a new one. */
  take(target: Target): Connection {
    const idle = this.#idle.get(target.origin)
    while (idle !== undefined) {
      const last = idle.pop()
      if (last === undefined) break
      clearTimeout(last.timer)
      // A process that was stopped for a while (a function between two invocations) finds its timers late.
      if (last.connection.isFree && performance.now() < last.until) return last.connection
      last.connection.close()
    }
    return this.open(target)
  }

  /**
   * A new connection.
   * @throws after `close`: who waited for a turn until then would otherwise send, and nobody would log it.
   */
  open(target: Target): Connection {
    if (this.#isClosed) throw stopped
    const connection = new Connection(target, this.#guard, () => {
      this.#open.delete(connection)
      this.#forget(target.origin, connection)
    })
    this.#open.add(connection)
    return connection
  }

  /**
   * Keeps a connection for the next request, for as long as the receiver keeps it, and a few seconds at most; one that
   * has grown old no more.
   * @param keptMs how long the receiver said that it would keep it.
   * @returns whether it is kept.
   */
  keep(connection: Connection, { origin }: Target, keptMs = Number.POSITIVE_INFINITY): boolean {
    const now = performance.now()
    const forMs = Math.min(idleMs, keptMs - earlierMs, connection.begunAt + maxAgeMs - now)
    if (forMs <= 0) return false
    connection.release()
    const timer = setTimeout(() => connection.close(), forMs).unref()
    const idle = { connection, until: now + forMs, timer }
    const others = this.#idle.get(origin)
    if (others === undefined) this.#idle.set(origin, [idle])
    else others.push(idle)
    return true
  }

  /** Closes all connections, and opens no other; what is under way fails. */
  close(): void {
    this.#isClosed = true
    for (const connection of this.#open) connection.close(stopped)
  }

  #forget(origin: string, connection: Connection): void {
    const idle = this.#idle.get(origin)
    if (idle === undefined) return
    const index = idle.findIndex((one) => one.connection === connection)
    if (index !== -1) clearTimeout(idle.splice(index, 1)[0]?.timer)
    if (idle.length === 0) this.#idle.delete(origin)
  }
}
