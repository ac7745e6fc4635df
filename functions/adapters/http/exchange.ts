import { type Agent, type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http'
import type { Outcome } from '../../domain/outcome.ts'
import { Answer } from './answer.ts'
import { BadAnswer, deadlineFailure, failureOf } from './failure-words.ts'
import { stageOf } from './guarded-connect.ts'
import type { Target } from './target.ts'

const maxHeaderBytes = 16 * 1024
const maxInterimAnswers = 5

/** One request and the beginning of its answer. Settles once, whatever the receiver does, and never throws. */
export class Exchange {
  readonly #target: Target
  readonly #settle: (outcome: Outcome) => void
  #settled = false
  #request: ClientRequest | undefined
  #answer: Answer | undefined
  #interimAnswers = 0
  #keptConnectionFailed = false

  constructor(target: Target, settle: (outcome: Outcome) => void) {
    this.#target = target
    this.#settle = settle
  }

  /** The connection was a kept one, and ended without one byte of an answer. */
  get keptConnectionFailed(): boolean {
    return this.#keptConnectionFailed
  }

  /**
   * Sends the request.
   * @param headers names and values in turn, those of the framing and the target included.
   * @param closed called once, when the connection is free again or gone.
   */
  start(
    {
      agent,
      headers,
      body,
    }: { readonly agent: Agent; readonly headers: string[]; readonly body: Uint8Array },
    closed: () => void,
  ): void {
    try {
      this.#request = startRequest({
        agent,
        protocol: this.#target.secure ? 'https:' : 'http:',
        host: this.#target.host,
        port: this.#target.port,
        path: this.#target.path,
        method: 'POST',
        headers,
        maxHeaderSize: maxHeaderBytes,
        joinDuplicateHeaders: true,
      })
    } catch (error) {
      // Node refuses to write it, e.g. a header with a character that cannot stand there.
      this.#fail(error)
      closed()
      return
    }
    this.#request
      .on('response', (response) => this.#read(response))
      .on('information', () => this.#countInterim())
      .on('upgrade', (_response, socket) => {
        socket.destroy()
        this.#fail(new BadAnswer('101 Switching Protocols, which was not asked for'))
      })
      .on('error', (error) => this.#fail(error))
      .on('close', () => {
        this.#fail(undefined)
        closed()
      })
      .end(body)
  }

  /** The time is up: settles with what there is, and lets go of the connection. */
  giveUp(deadlineMs: number): void {
    const socket = this.#request?.socket ?? undefined
    const stage = this.#request === undefined ? 'turn' : socket === undefined ? 'connection' : stageOf(socket)
    this.#end(
      this.#answer?.outcome({ truncated: true }) ??
        deadlineFailure(deadlineMs, { host: this.#target.host, stage }),
    )
    this.#request?.destroy()
  }

  #read(response: IncomingMessage): void {
    const { statusCode: status = 0 } = response
    if (status < 200 || status > 599) {
      this.#fail(new BadAnswer(`the status ${status}, which is no answer in HTTP`))
      this.#request?.destroy()
      return
    }
    const answer = new Answer(response)
    this.#answer = answer
    response.on('data', (chunk: Buffer) => {
      if (answer.keep(chunk)) return
      this.#end(answer.outcome({ truncated: true }))
      // No more is read: a body without end costs one connection, not our memory.
      this.#request?.destroy()
    })
    response.on('end', () => {
      this.#end(answer.outcome({ truncated: !response.complete }))
      // Answered before it read all of the request: it may never read the rest, and the connection would wait for it.
      if (this.#request?.writableFinished === false) this.#request.destroy()
    })
    // A head is an answer, whatever becomes of its body.
    response.on('error', () => this.#end(answer.outcome({ truncated: true })))
  }

  #countInterim(): void {
    if (++this.#interimAnswers <= maxInterimAnswers) return
    this.#fail(new BadAnswer('interim answers (1xx) without end'))
    this.#request?.destroy()
  }

  #fail(error: unknown): void {
    // Once a head has come, the answer ends or breaks off by itself, after the last of its body was kept.
    if (this.#settled || this.#answer !== undefined) return
    const socket = this.#request?.socket ?? undefined
    const failure = failureOf(error, {
      host: this.#target.host,
      stage: socket === undefined ? 'connection' : stageOf(socket),
    })
    this.#keptConnectionFailed = this.#request?.reusedSocket === true && failure.reason === 'connection'
    this.#end(failure)
  }

  #end(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    this.#settle(outcome)
  }
}
