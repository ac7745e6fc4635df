import type { Socket } from 'node:net'
import { type Endpoint, type Guard, guardedConnect, type Stage, stageOf } from './guarded-connect.ts'

/** Who waits for what comes over a connection. */
export interface Waiter {
  /** The next bytes, which are others as soon as it returns. */
  received(bytes: Buffer): void
  /** The receiver sends no more. */
  ended(): void
  failed(error: Error): void
  /** It is gone for good; called once, after all else. */
  closed(): void
}

/** A connection to a receiver, at an address that the guard allows, for one request at a time. */
export class Connection {
  /** By the clock of `performance.now`. */
  readonly begunAt = performance.now()
  readonly #socket: Socket
  #unsent: readonly Uint8Array[] = []
  #waiter: Waiter | undefined
  #requests = 0

  /** @param onClosed called once, when it is gone. */
  constructor(endpoint: Endpoint, guard: Guard, onClosed: () => void) {
    // Nothing is written before: until then nothing is known of the address, nor of who holds the certificate.
    this.#socket = guardedConnect(endpoint, guard, {
      opened: () => this.#write(),
      take: (bytes) => {
        // What nobody asked for would be taken for the answer to the next request.
        if (this.#waiter === undefined) this.close()
        else this.#waiter.received(bytes)
      },
    })
      .on('end', () => this.#waiter?.ended())
      .on('error', (error) => this.#waiter?.failed(error))
      .on('close', () => {
        onClosed()
        this.#waiter?.closed()
      })
  }

  get stage(): Stage {
    return stageOf(this.#socket)
  }

  /** Whether it carried another request before this one. */
  get isReused(): boolean {
    return this.#requests > 1
  }

  /** Whether another request may follow: nothing of the last one is left to be written, and nobody has closed it. */
  get isFree(): boolean {
    return this.#socket.writable && this.#socket.writableLength === 0 && !this.#socket.readableEnded
  }

  /** Sends a request as soon as the connection stands; `waiter` is told what comes, until `release`. */
  carry(request: readonly Uint8Array[], waiter: Waiter): void {
    this.#waiter = waiter
    this.#unsent = request
    this.#requests++
    if (this.stage !== 'open') return
    this.#socket.ref()
    this.#write()
  }

  /** Nobody waits for what comes now. An idle connection does not keep the process. */
  release(): void {
    this.#waiter = undefined
    this.#socket.unref()
  }

  /**
   * Lets go of it, whatever is under way.
   * @param why for who waits, if it was not that one.
   */
  close(why?: Error): void {
    this.#socket.destroy(why)
  }

  #write(): void {
    const pieces = this.#unsent
    this.#unsent = []
    const areMany = pieces.length > 1
    if (areMany) this.#socket.cork()
    for (const piece of pieces) this.#socket.write(piece)
    if (areMany) this.#socket.uncork()
  }
}
