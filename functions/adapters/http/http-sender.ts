import { lookup } from 'node:dns/promises'
import { ExpiringCache } from '../../domain/expiring-cache.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { UrlPolicy } from '../../domain/webhook-url.ts'
import type { OutgoingRequest, Sender } from '../../use-cases/attempt-delivery.ts'
import { Exchange } from './exchange.ts'
import { GuardedAgents } from './guarded-agents.ts'
import type { Resolve } from './guarded-connect.ts'
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

// They say where a request goes or how it is framed (RFC 9112 §3.2, §6, §9), which is ours to say.
const framing = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
])

/**
 * Sends webhook requests over kept connections: node:http, because fetch follows redirects, inflates bodies and costs
 * five times the CPU. Nothing here throws for what a receiver does.
 *
 * A receiver may close a kept connection at the moment we send on it. Browsers and proxies then send again; this does
 * not. From here that close cannot be told from a receiver that read the request and died, and a second request in one
 * attempt would leave fewer attempts logged than the receiver saw. The attempt fails, is
 * logged, and the schedule makes the next. Instead it is made rare: connections idle for seconds only, and an origin
 * where it happened is sent to over new connections for some minutes.
 */
export class HttpSender implements Sender {
  readonly #options: SenderOptions
  readonly #turns: Turns
  readonly #keeping: GuardedAgents
  readonly #notKeeping: GuardedAgents
  readonly #targets = new ExpiringCache<ReturnType<typeof readTarget>>(readUrls, monotonic)
  readonly #unkept = new ExpiringCache<true>(unkeptOrigins, monotonic)

  constructor(options: SenderOptions) {
    this.#options = options
    this.#turns = new Turns(options.maxConnectionsPerOrigin)
    const agents = {
      policy: options.policy,
      resolve: sharedLookups(options.resolve ?? ((host) => lookup(host, { all: true }))),
      maxIdlePerOrigin: options.maxConnectionsPerOrigin,
    }
    this.#keeping = new GuardedAgents({ ...agents, keepAlive: true })
    this.#notKeeping = new GuardedAgents({ ...agents, keepAlive: false })
  }

  async send({ url, headers, body }: OutgoingRequest): Promise<Outcome> {
    const target = this.#read(url)
    if ('refusal' in target)
      return { kind: 'failure', reason: 'denied', message: `Not sent: ${target.refusal}` }
    const { origin } = target
    return new Promise((resolve) => {
      const exchange = new Exchange(target, (outcome) => {
        clearTimeout(deadline)
        if (exchange.keptConnectionFailed) this.#unkept.set(origin, true)
        resolve(outcome)
      })
      const start = () => {
        const agents = this.#unkept.get(origin) === undefined ? this.#keeping : this.#notKeeping
        const request = { agent: agents.of(target), headers: headerLines(target, headers, body), body }
        exchange.start(request, () => this.#turns.end(origin))
      }
      const deadline = setTimeout(() => {
        this.#turns.forgo(origin, start)
        exchange.giveUp(this.#options.deadlineMs)
      }, this.#options.deadlineMs)
      this.#turns.take(origin, start)
    })
  }

  /** Closes all connections; what is under way fails. */
  close(): void {
    this.#keeping.destroy()
    this.#notKeeping.destroy()
  }

  #read(url: string): ReturnType<typeof readTarget> {
    const known = this.#targets.get(url)
    if (known !== undefined) return known
    const target = readTarget(url, this.#options.policy)
    this.#targets.set(url, target)
    return target
  }
}

/** Names and values in turn, as node:http writes them: in the order and the case they have here. */
function headerLines(
  { authority }: Target,
  headers: OutgoingRequest['headers'],
  { byteLength }: Uint8Array,
): string[] {
  const lines = ['Host', authority]
  for (const name of Object.keys(headers))
    if (!framing.has(name.toLowerCase())) lines.push(name, headers[name] ?? '')
  lines.push('Content-Length', String(byteLength))
  return lines
}

function monotonic(): number {
  return performance.now()
}
