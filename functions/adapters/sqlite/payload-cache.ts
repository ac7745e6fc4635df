// As large as the pieces in which Node hands out small buffers.
const smallBytes = 8 * 1024

/** Payloads of the latest events, up to so many bytes: most are sent within milliseconds of being stored. */
export class PayloadCache {
  readonly #maxBytes: number
  readonly #payloads = new Map<string, Uint8Array>()
  #bytes = 0

  /** @param maxBytes of all payloads together; the oldest goes first. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(eventId: string): Uint8Array | undefined {
    return this.#payloads.get(eventId)
  }

  set(eventId: string, payload: Uint8Array): void {
    this.forget(eventId)
    this.#payloads.set(eventId, byItself(payload))
    this.#bytes += held(payload)
    for (const oldest of this.#payloads.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.forget(oldest)
    }
  }

  forget(eventId: string): void {
    const payload = this.#payloads.get(eventId)
    if (payload === undefined) return
    this.#bytes -= held(payload)
    this.#payloads.delete(eventId)
  }
}

/** What a payload keeps in memory, at most about: a small one is part of a piece that may hold nothing else of use. */
function held({ byteLength }: Uint8Array): number {
  return Math.max(byteLength, smallBytes / 2)
}

/** The bytes, copied where they would keep many others in memory: those of the request that they came in. */
function byItself(payload: Uint8Array): Uint8Array {
  const { byteLength } = payload.buffer
  return byteLength <= Math.max(smallBytes, 2 * payload.byteLength) ? payload : new Uint8Array(payload)
}
