import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AddressPolicy } from '../../domain/address-guard.ts'
import { BadAnswer } from './failure-words.ts'
import { guardedConnect, type Resolve } from './guarded-connect.ts'

export interface AgentOptions {
  readonly policy: AddressPolicy
  readonly resolve: Resolve
  /** Whether connections are kept for the next request; else each request says `Connection: close`. */
  readonly keepAlive: boolean
  /** Most idle connections kept to one origin. */
  readonly maxIdlePerOrigin: number
}

// Shorter than the 5 s after which Node's and Apache's servers close an idle connection; few have a shorter time. A
// receiver that announces its own (Keep-Alive: timeout=…) is taken at its word by the agent.
const idleMs = 4_000
// Twice what an answer within the other caps can take on the wire. Node's parser counts header bytes only, and would
// read empty lines before the status line for ever.
const maxAnswerBytes = 512 * 1024

/** Node's pools of connections, one for each scheme, over connections that the address guard allows. */
export class GuardedAgents {
  readonly #plain: Agent
  readonly #secure: Agent

  constructor(options: AgentOptions) {
    this.#plain = new GuardedAgent('http:', options)
    this.#secure = new GuardedAgent('https:', options)
  }

  of({ secure }: { readonly secure: boolean }): Agent {
    return secure ? this.#secure : this.#plain
  }

  /** Closes all connections, those in use too. */
  destroy(): void {
    this.#plain.destroy()
    this.#secure.destroy()
  }
}

class GuardedAgent extends Agent {
  /** The base class's, which its types leave out. */
  declare readonly options: { timeout?: number | undefined }
  readonly protocol: 'http:' | 'https:'
  readonly #options: AgentOptions
  readonly #received = new WeakMap<Duplex, number>()

  constructor(protocol: 'http:' | 'https:', options: AgentOptions) {
    super({ keepAlive: options.keepAlive, maxFreeSockets: options.maxIdlePerOrigin })
    this.protocol = protocol
    this.#options = options
  }

  /** Gives the socket at once, not when it stands: only then does the agent know of it, and a deadline can end it. */
  override createConnection({ host, port }: ClientRequestArgs): Socket {
    const endpoint = { host: host ?? '', port: Number(port), secure: this.protocol === 'https:' }
    const socket = guardedConnect(endpoint, this.#options)
    socket.on('data', (chunk: Buffer) => {
      const received = (this.#received.get(socket) ?? 0) + chunk.length
      this.#received.set(socket, received)
      if (received > maxAnswerBytes) socket.destroy(new BadAnswer('more bytes than an answer may have'))
    })
    return socket
  }

  /**
   * The agent has a time to keep idle connections for only while it puts one away. Else every request would listen for
   * that time-out too, at a twentieth of its cost.
   */
  override keepSocketAlive(socket: Duplex): boolean {
    this.options.timeout = idleMs
    const isKept: unknown = super.keepSocketAlive(socket)
    this.options.timeout = undefined
    return isKept !== false
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request)
    this.#received.set(socket, 0)
  }
}
