/** What is to happen when, in simulated milliseconds; what is due at one time happens in the order it was planned. */
export class EventCalendar {
  /** A binary heap. */
  readonly #heap: { readonly at: number; readonly order: number; readonly happen: () => void }[] = []
  #planned = 0
  now = 0

  plan(at: number, happen: () => void): void {
    this.#heap.push({ at, order: this.#planned++, happen })
    for (let child = this.#heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1
      if (!this.#swapIfLater(parent, child)) return
      child = parent
    }
  }

  /** Lets all happen that is planned before `end`. */
  run(end: number): void {
    for (let first = this.#heap[0]; first !== undefined && first.at < end; first = this.#heap[0]) {
      this.#takeFirst()
      this.now = first.at
      first.happen()
    }
  }

  #takeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1
      const sooner = this.#isLater(left, left + 1) ? left + 1 : left
      if (!this.#swapIfLater(parent, sooner)) return
      parent = sooner
    }
  }

  #swapIfLater(above: number, below: number): boolean {
    const [one, other] = [this.#heap[above], this.#heap[below]]
    if (one === undefined || other === undefined || !this.#isLater(above, below)) return false
    this.#heap[above] = other
    this.#heap[below] = one
    return true
  }

  #isLater(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (a === undefined || b === undefined) return false
    return a.at === b.at ? a.order > b.order : a.at > b.at
  }
}
