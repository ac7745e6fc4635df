const longestWaitMs = 100
const mostCharacters = 16_384

/**
 * Writes lines together, a tenth of a second after the first: a system call for each would cost more than the lines. So
 * a process that is killed loses the lines of its last tenth of a second.
 */
export class LineBuffer {
  readonly #write: (text: string) => void
  #text = ''
  #timer: NodeJS.Timeout | undefined

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  readonly add = (line: string): void => {
    this.#text += `${line}\n`
    // More at once would fill a pipe, and hold up everything until its reader has caught up.
    if (this.#text.length >= mostCharacters) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), longestWaitMs)
  }

  /** Writes what is there. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    this.#write(text)
  }
}
