/**
 * Writes lines in one piece per turn of the event loop: under load a system call for each line would cost more than the
 * lines. A killed process loses those of its last turn.
 */
export class LineBuffer {
  readonly #write: (text: string) => void
  #lines: string[] = []

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  readonly add = (line: string): void => {
    if (this.#lines.push(line) === 1) setImmediate(() => this.flush())
  }

  /** Writes what is left; for a process that ends in this turn. */
  flush(): void {
    if (this.#lines.length === 0) return
    const text = `${this.#lines.join('\n')}\n`
    this.#lines = []
    this.#write(text)
  }
}
