/** The beginning of a line whose end has not come yet, as Latin-1. */
export class LineBeginning {
  readonly #maxBytes: number
  #bytes: Buffer | undefined
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get length(): number {
    return this.#length
  }

  /** Adds what came next. */
  add(piece: Buffer): void {
    // One buffer for all pieces: thousands of strings of one character would cost 25 times what they hold.
    this.#bytes ??= Buffer.allocUnsafeSlow(this.#maxBytes)
    this.#length += piece.copy(this.#bytes, this.#length)
  }

  /** Its first characters, as far as they have come. */
  first(count: number): string {
    return this.#bytes?.toString('latin1', 0, Math.min(count, this.#length)) ?? ''
  }

  /** Gives all of it, and begins anew. */
  take(): string {
    const text = this.first(this.#length)
    this.#length = 0
    return text
  }
}
