import { EventEmitter, once } from 'node:events'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { portOf } from './receiver.ts'

/** A request as its bytes came. */
export interface RawRequest {
  /** Request line and header lines, without the empty line at the end. */
  readonly head: string
  readonly body: Buffer
  /** Which connection it came on, counted from 0. */
  readonly connection: number
}

export interface RawReceiverOptions {
  /** Called for each complete request; it may answer anything, or nothing. */
  readonly onRequest?: (socket: Socket, request: RawRequest) => void
  /** Called when a connection is accepted; returning false leaves its bytes unread. */
  readonly onConnection?: (socket: Socket) => boolean | undefined
  /** Speaks TLS; connections are then counted once their handshake is over. */
  readonly tls?: TlsOptions
}

/**
 * A receiver that writes bytes instead of HTTP, to misbehave as real ones do. It listens on a free port of 127.0.0.1
 * and tells requests apart by `Content-Length`, as the sender always gives it.
 */
export class RawReceiver {
  readonly requests: RawRequest[] = []
  /** All connections so far. */
  readonly connections: Socket[] = []
  readonly #server: Server
  readonly #changes = new EventEmitter()
  readonly #options: RawReceiverOptions
  // Below TLS, where a handshake may never end.
  readonly #sockets = new Set<Socket>()

  private constructor(options: RawReceiverOptions) {
    this.#options = options
    this.#server =
      options.tls === undefined
        ? createTcpServer((socket) => this.#accept(socket))
        : createTlsServer(options.tls, (socket) => this.#accept(socket))
    this.#server.prependListener('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        this.#changes.emit('change')
      })
    })
  }

  static async start(options: RawReceiverOptions = {}): Promise<RawReceiver> {
    const receiver = new RawReceiver(options)
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get port(): number {
    return portOf(this.#server.address())
  }

  /** Over plain HTTP. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Connections that are open now, those before the end of their handshake too. */
  get openConnections(): number {
    return this.#sockets.size
  }

  /** Resolves once it holds; looks again whenever a connection or a request comes or a connection ends. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(this.#changes, 'change')
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(socket: Socket): void {
    const connection = this.connections.push(socket) - 1
    socket.on('error', () => {})
    this.#changes.emit('change')
    if (this.#options.onConnection?.(socket) === false) return
    let received: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      for (let cut = cutRequest(received); cut !== undefined; cut = cutRequest(received)) {
        received = cut.rest
        const request = { head: cut.head, body: cut.body, connection }
        this.requests.push(request)
        this.#options.onRequest?.(socket, request)
        this.#changes.emit('change')
      }
    })
  }
}

function cutRequest(bytes: Buffer): { head: string; body: Buffer; rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const bodyStart = headEnd + 4
  const bodyEnd = bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  if (bytes.length < bodyEnd) return undefined
  return { head, body: bytes.subarray(bodyStart, bodyEnd), rest: bytes.subarray(bodyEnd) }
}
