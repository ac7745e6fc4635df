interface Queue {
  underWay: number
  readonly waiting: Set<() => void>
}

/**
 * Lets at most `limit` tasks of one key be under way; the others wait in the order they came, and may give up waiting.
 */
export class Turns {
  readonly #limit: number
  readonly #queues = new Map<string, Queue>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Calls `start` now or when its turn comes; it must call `end` once, later. */
  take(key: string, start: () => void): void {
    let queue = this.#queues.get(key)
    if (queue === undefined) {
      queue = { underWay: 0, waiting: new Set() }
      this.#queues.set(key, queue)
    }
    if (queue.underWay === this.#limit) {
      queue.waiting.add(start)
    } else {
      queue.underWay++
      start()
    }
  }

  /**
   * Ends a turn. The next one starts a turn of the event loop later: by then, whose deadline came at the same moment has
   * forgone.
   */
  end(key: string): void {
    const queue = this.#queues.get(key)
    if (queue === undefined) return
    if (queue.waiting.size > 0) setImmediate(() => this.#startNext(key, queue))
    else this.#free(key, queue)
  }

  /** Gives up waiting; nothing happens when `start` was called. */
  forgo(key: string, start: () => void): void {
    this.#queues.get(key)?.waiting.delete(start)
  }

  #startNext(key: string, queue: Queue): void {
    const [next] = queue.waiting
    if (next === undefined) {
      this.#free(key, queue)
      return
    }
    queue.waiting.delete(next)
    next()
  }

  #free(key: string, queue: Queue): void {
    if (--queue.underWay === 0) this.#queues.delete(key)
  }
}
