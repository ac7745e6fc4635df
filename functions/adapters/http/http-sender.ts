import { Agent, type ClientRequestArgs, type IncomingMessage, request as startRequest } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Outcome } from '../../domain/outcome.ts'
import { checkWebhookUrl, type UrlPolicy } from '../../domain/webhook-url.ts'
import type { OutgoingRequest, Sender } from '../../use-cases/attempt-delivery.ts'
import { BadAnswer, DeadlineExceeded, failureOf } from './failure-words.ts'
import { guardedConnect, type Resolve } from './guarded-connect.ts'
import { requestTarget } from './request-target.ts'

export interface SenderOptions {
  readonly policy: UrlPolicy
  /** For name, connection, handshake, headers and the kept part of the body together. */
  readonly deadlineMs: number
  /** Most connections to one origin at a time. */
  readonly maxConnectionsPerOrigin: number
  readonly resolve?: Resolve | undefined
}

const maxHeaderBytes = 16 * 1024
const maxBodyBytes = 16 * 1024
const maxInterimAnswers = 5
// Shorter than the 5 s after which Node's own servers close an idle connection, the shortest of the common ones.
const idleMs = 4_000

/**
 * Sends webhook requests over kept connections: node:http, because fetch follows redirects, inflates bodies and costs
 * five times the CPU. Nothing here throws for what a receiver does.
 */
export class HttpSender implements Sender {
  readonly #options: SenderOptions
  readonly #agents: { readonly 'http:': Agent; readonly 'https:': Agent }

  constructor(options: SenderOptions) {
    this.#options = options
    this.#agents = {
      'http:': new GuardedAgent('http:', options),
      'https:': new GuardedAgent('https:', options),
    }
  }

  async send({ url: rawUrl, headers, body }: OutgoingRequest): Promise<Outcome> {
    const verdict = checkWebhookUrl(rawUrl, this.#options.policy)
    if (!verdict.ok) return { kind: 'failure', reason: 'denied', message: `Not sent: ${verdict.reason}` }
    const { url } = verdict
    const secure = url.protocol === 'https:'
    const options = {
      agent: this.#agents[secure ? 'https:' : 'http:'],
      protocol: url.protocol,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      path: requestTarget(rawUrl, url),
      method: 'POST',
      headers: { Host: url.host, ...headers, 'Content-Length': body.byteLength },
      maxHeaderSize: maxHeaderBytes,
    }
    return exchange(options, body, this.#options.deadlineMs)
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#agents['http:'].destroy()
    this.#agents['https:'].destroy()
  }
}

class GuardedAgent extends Agent {
  readonly protocol: 'http:' | 'https:'
  readonly #options: SenderOptions

  constructor(protocol: 'http:' | 'https:', options: SenderOptions) {
    super({
      keepAlive: true,
      maxSockets: options.maxConnectionsPerOrigin,
      maxFreeSockets: options.maxConnectionsPerOrigin,
      timeout: idleMs,
    })
    this.protocol = protocol
    this.#options = options
  }

  /** The socket is handed over only once it stands and its address has passed the guard. */
  override createConnection(
    { host, port }: ClientRequestArgs,
    done?: (error: Error | null, socket: Duplex) => void,
  ): null {
    const target = { host: host ?? '', port: Number(port), secure: this.protocol === 'https:' }
    const { policy, deadlineMs: timeoutMs, resolve } = this.#options
    // On an error Node's agent looks at no socket, though its type asks for one.
    guardedConnect(target, { policy, timeoutMs, resolve }, (error, socket) => {
      done?.(error, socket ?? new Socket())
    })
    return null
  }
}

function exchange(options: ClientRequestArgs, body: Uint8Array, deadlineMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    let reading: BodyReader | undefined
    const request = startRequest(options)
    const settle = (outcome: Outcome) => {
      clearTimeout(deadline)
      resolve(outcome)
    }
    const fail = (error: unknown) => settle(reading?.cut() ?? failureOf(error, options.host ?? ''))
    const abort = (error: Error) => {
      fail(error)
      request.destroy(error)
    }
    const deadline = setTimeout(() => {
      abort(new DeadlineExceeded(`${options.host} gave no answer within ${deadlineMs / 1_000} s.`))
    }, deadlineMs)
    let interimAnswers = 0
    request.on('information', () => {
      if (++interimAnswers > maxInterimAnswers)
        abort(new BadAnswer(`${options.host} sent interim answers (1xx) without end.`))
    })
    request.on('upgrade', (_response, socket) => {
      socket.destroy()
      fail(new BadAnswer(`${options.host} answered 101 Switching Protocols.`))
    })
    request.on('response', (response) => {
      reading = new BodyReader(response, settle)
    })
    request.on('error', fail)
    request.end(body)
  })
}

/** Reads what is kept of a body, and settles with the answer: when it ends, breaks off, or has no more room. */
class BodyReader {
  readonly #response: IncomingMessage
  readonly #settle: (outcome: Outcome) => void
  readonly #chunks: Buffer[] = []
  #length = 0

  constructor(response: IncomingMessage, settle: (outcome: Outcome) => void) {
    this.#response = response
    this.#settle = settle
    response.on('data', (chunk: Buffer) => this.#take(chunk))
    response.on('end', () => settle(this.#answer(!response.complete)))
    // A head is an answer, whatever becomes of its body.
    response.on('error', () => settle(this.cut()))
  }

  /** The answer as far as it came. */
  cut(): Outcome {
    return this.#answer(true)
  }

  #take(chunk: Buffer): void {
    const room = maxBodyBytes - this.#length
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
    this.#length += Math.min(chunk.length, room)
    if (chunk.length <= room) return
    this.#settle(this.cut())
    // No more is read: a body without end costs one connection, not our memory.
    this.#response.destroy()
  }

  #answer(truncated: boolean): Outcome {
    const { statusCode = 0, headers } = this.#response
    const texts = Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ])
    const body =
      this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks)
    return {
      kind: 'response',
      response: { status: statusCode, headers: Object.fromEntries(texts), body, truncated },
    }
  }
}
