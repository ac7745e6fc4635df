import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Outcome } from '../../domain/outcome.ts'

const maxBodyBytes = 16 * 1024

/** An answer from its head on: keeps the beginning of the body, and as much memory as that takes at most. */
export class Answer {
  readonly #response: IncomingMessage
  #kept: Buffer = Buffer.alloc(0)
  #length = 0

  constructor(response: IncomingMessage) {
    this.#response = response
  }

  /** Keeps what there is room for; returns whether all of it was. */
  keep(chunk: Buffer): boolean {
    const fits = Math.min(chunk.length, maxBodyBytes - this.#length)
    if (this.#length === 0) {
      // Most bodies are one chunk: that one is kept as it is.
      this.#kept = chunk
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
    const { statusCode = 0, headers } = this.#response
    return {
      kind: 'response',
      response: {
        status: statusCode,
        headers: joined(headers),
        body: this.#kept.subarray(0, this.#length),
        truncated,
      },
    }
  }
}

function withRoom(first: Buffer): Buffer {
  const roomy = Buffer.allocUnsafeSlow(maxBodyBytes)
  first.copy(roomy)
  return roomy
}

/** Names come in lower case from node; of repeated ones only Set-Cookie comes as a list. */
function joined(headers: IncomingHttpHeaders): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, value = ''] of Object.entries(headers))
    texts[name] = typeof value === 'string' ? value : value.join(', ')
  return texts
}
