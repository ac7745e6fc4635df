import { lookup } from 'node:dns/promises'
import { ExpiringCache } from '../../domain/expiring-cache.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { UrlPolicy } from '../../domain/webhook-url.ts'
import type { OutgoingRequest, Sender } from '../../use-cases/attempt-delivery.ts'
import { Connections } from './connections.ts'
import { Exchange } from './exchange.ts'
import type { Resolve } from './guarded-connect.ts'
import { requestBytes } from './request-bytes.ts'
import { sharedLookups } from './shared-lookups.ts'
import { readTarget, type Target } from './target.ts'
import { Turns } from './turns.ts'

export interface SenderOptions {
  readonly policy: UrlPolicy
  /** For the wait for a turn, name, connection, handshake, headers and the kept part of the body together. */
  readonly deadlineMs: number
  /** Most requests under way to one origin, and so most connections. */
  readonly maxConnectionsPerOrigin: number
  /** The system's resolver when absent. */
  readonly resolve?: Resolve | undefined
}

// The policy stays as it is while the process lives, and reading a URL costs 4% to 8% of a request.
const readUrls = { maxAgeMs: 60 * 60_000, maxEntries: 10_000 }
const unkeptOrigins = { maxAgeMs: 5 * 60_000, maxEntries: 10_000 }

/**
 * Sends webhook requests over kept connections, by an HTTP client of our own (docs/decisions/0027): no answer is followed,
 * inflated or read beyond its caps, and a request costs a fraction of what it costs with node:http or fetch. Nothing here
 * throws for what a receiver does.
 *
 * A receiver may close a kept connection at the moment we send on it. Browsers and proxies then send again; this does
 * not. From here that close cannot be told from a receiver that read the request and died, and a second request in one
 * attempt would leave fewer attempts logged than the receiver saw. The attempt fails, is
 * logged, and the schedule makes the next. Instead it is made rare: connections idle for seconds only, and an origin
 * where it happened is sent to over new connections for some minutes.
 */
export class HttpSender implements Sender {
  readonly #deadlineMs: number
  readonly #policy: UrlPolicy
  readonly #turns: Turns
  readonly #connections: Connections
  readonly #targets = new ExpiringCache<ReturnType<typeof readTarget>>(readUrls, monotonic)
  readonly #unkept = new ExpiringCache<true>(unkeptOrigins, monotonic)

  constructor({ policy, deadlineMs, maxConnectionsPerOrigin, resolve = resolveBySystem }: SenderOptions) {
    this.#deadlineMs = deadlineMs
    this.#policy = policy
    this.#turns = new Turns(maxConnectionsPerOrigin)
    this.#connections = new Connections({ policy, resolve: sharedLookups(resolve) })
  }

  async send(request: OutgoingRequest): Promise<Outcome> {
    const target = this.#read(request.url)
    if ('refusal' in target)
      return { kind: 'failure', reason: 'denied', message: `Not sent: ${target.refusal}` }
    return new Promise((resolve) => this.#exchange(target, request, resolve))
  }

  /** Closes all connections; what is under way fails, and what waits or comes later. */
  close(): void {
    this.#connections.close()
  }

  #exchange(target: Target, outgoing: OutgoingRequest, resolve: (outcome: Outcome) => void): void {
    const { origin, host } = target
    const exchange = new Exchange(host, {
      settle: (outcome) => {
        clearTimeout(deadline)
        if (exchange.keptConnectionFailed) this.#unkept.set(origin, true)
        resolve(outcome)
      },
      keep: (connection, keptMs) => keepAlive && this.#connections.keep(connection, target, keptMs),
      free: () => this.#turns.end(origin),
    })
    let keepAlive = true
    const start = () => {
      keepAlive = this.#unkept.get(origin) === undefined
      try {
        const bytes = requestBytes(target, outgoing, { keepAlive })
        exchange.begin(keepAlive ? this.#connections.take(target) : this.#connections.open(target), bytes)
      } catch (error) {
        exchange.failed(error)
        this.#turns.end(origin)
      }
    }
    const deadline = setTimeout(() => {
      this.#turns.forgo(origin, start)
      exchange.giveUp(this.#deadlineMs)
    }, this.#deadlineMs)
    this.#turns.take(origin, start)
  }

  #read(url: string): ReturnType<typeof readTarget> {
    const known = this.#targets.get(url)
    if (known !== undefined) return known
    const target = readTarget(url, this.#policy)
    this.#targets.set(url, target)
    return target
  }
}

function resolveBySystem(host: string): ReturnType<Resolve> {
  return lookup(host, { all: true })
}

function monotonic(): number {
  return performance.now()
}
