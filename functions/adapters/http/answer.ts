import type { Outcome } from '../../domain/outcome.ts'

const maxBodyBytes = 16 * 1024

/** What stands at the beginning of an answer: its status, and its headers, names in lower case. */
export interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** An answer from its head on: keeps the beginning of the body, and as much memory as that takes at most. */
export class Answer {
  readonly head: Head
  #kept: Buffer = Buffer.alloc(0)
  #length = 0

  constructor(head: Head) {
    this.head = head
  }

  /** Keeps a copy of what there is room for; returns whether that was all of it. */
  keep(chunk: Buffer): boolean {
    const fits = Math.min(chunk.length, maxBodyBytes - this.#length)
    if (this.#length === 0) {
      // Most bodies are one chunk: that one takes no more than it needs.
      this.#kept = Buffer.from(chunk.subarray(0, fits))
    } else {
      // One buffer for all the rest: thousands of chunks of one byte would cost far more than they hold.
      if (this.#kept.length < maxBodyBytes) this.#kept = withRoom(this.#kept)
      chunk.copy(this.#kept, this.#length, 0, fits)
    }
    this.#length += fits
    return fits === chunk.length
  }

  /** The answer as far as it came. */
  outcome({ truncated }: { readonly truncated: boolean }): Outcome {
    const { status, headers } = this.head
    const body = this.#kept.subarray(0, this.#length)
    return { kind: 'response', response: { status, headers, body, truncated } }
  }
}

function withRoom(first: Buffer): Buffer {
  const roomy = Buffer.allocUnsafeSlow(maxBodyBytes)
  first.copy(roomy)
  return roomy
}
