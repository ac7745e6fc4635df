import type { Outcome } from '../../domain/outcome.ts'
import { AnswerReader } from './answer-reader.ts'
import type { Connection, Waiter } from './connection.ts'
import { deadlineFailure, failureOf } from './failure-words.ts'

const connectionEnded = Object.assign(new Error('The connection was ended.'), { code: 'ECONNRESET' })

/** What becomes of an exchange. */
export interface Ends {
  /** Called once: what the attempt came to. */
  settle(outcome: Outcome): void
  /**
   * Called once at most, with a connection that may carry another request; returns whether it is kept for one.
   * @param keptMs how long the receiver keeps it, if it said so.
   */
  keep(connection: Connection, keptMs: number | undefined): boolean
  /** Called once when the connection is kept or gone; not if it was never begun. */
  free(): void
}

/** One request and the beginning of its answer. Settles once, whatever the receiver does, and never throws. */
export class Exchange implements Waiter {
  readonly #host: string
  readonly #ends: Ends
  readonly #reader = new AnswerReader()
  #connection: Connection | undefined
  #settled = false
  #keptConnectionFailed = false

  /** @param host for the words of a failure. */
  constructor(host: string, ends: Ends) {
    this.#host = host
    this.#ends = ends
  }

  /** The connection was a kept one, and ended without a whole head of an answer. */
  get keptConnectionFailed(): boolean {
    return this.#keptConnectionFailed
  }

  /** Sends the request. */
  begin(connection: Connection, request: readonly Uint8Array[]): void {
    this.#connection = connection
    connection.carry(request, this)
  }

  /** It cannot be sent, or not be answered: settles with that. */
  failed(error: unknown): void {
    if (this.#settled) return
    const { answer } = this.#reader
    if (answer !== undefined) {
      // A head is an answer, whatever becomes of its body.
      this.#settle(answer.outcome({ truncated: true }))
      return
    }
    const connection = this.#connection
    const failure = failureOf(error, { host: this.#host, stage: connection?.stage ?? 'connection' })
    this.#keptConnectionFailed = connection?.isReused === true && failure.reason === 'connection'
    this.#settle(failure)
  }

  /** The time is up: settles with what there is, and lets go of the connection. */
  giveUp(deadlineMs: number): void {
    const stage = this.#connection?.stage ?? 'turn'
    this.#settle(
      this.#reader.answer?.outcome({ truncated: true }) ??
        deadlineFailure(deadlineMs, { host: this.#host, stage }),
    )
    this.#connection?.close()
  }

  received(bytes: Buffer): void {
    if (this.#settled) return
    try {
      if (!this.#reader.read(bytes)) return
    } catch (error) {
      this.failed(error)
      this.#connection?.close()
      return
    }
    this.#finish()
  }

  ended(): void {
    if (this.#settled) return
    if (this.#reader.end()) this.#finish()
    else this.failed(connectionEnded)
    this.#connection?.close()
  }

  closed(): void {
    this.failed(undefined)
    this.#ends.free()
  }

  /** All of the answer that is kept was read. */
  #finish(): void {
    const { answer, isComplete, keepsConnection, keptMs } = this.#reader
    const connection = this.#connection
    if (answer === undefined || connection === undefined) return
    // Answered before it read all of the request: it may never read the rest, and the connection would wait for it.
    const isKept = keepsConnection && connection.isFree && this.#ends.keep(connection, keptMs)
    if (!isKept) connection.close()
    this.#settle(answer.outcome({ truncated: !isComplete }))
    if (isKept) this.#ends.free()
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    this.#ends.settle(outcome)
  }
}
