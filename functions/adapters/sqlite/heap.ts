/** Items in the order of a number that each has when it is added: adding one and taking the least cost its logarithm. */
export class Heap<Item> {
  readonly #entries: { readonly key: number; readonly item: Item }[] = []

  /** The entry with the least key. */
  get first(): { readonly key: number; readonly item: Item } | undefined {
    return this.#entries[0]
  }

  get size(): number {
    return this.#entries.length
  }

  add(key: number, item: Item): void {
    const entry = { key, item }
    let at = this.#entries.length
    for (;;) {
      const above = (at - 1) >> 1
      const parent = this.#entries[above]
      if (at === 0 || parent === undefined || parent.key <= key) break
      this.#entries[at] = parent
      at = above
    }
    this.#entries[at] = entry
  }

  removeFirst(): void {
    const last = this.#entries.pop()
    if (last === undefined || this.#entries.length === 0) return
    let at = 0
    for (;;) {
      const [left, right] = [this.#entries[2 * at + 1], this.#entries[2 * at + 2]]
      const least = right !== undefined && left !== undefined && right.key < left.key ? right : left
      if (least === undefined || least.key >= last.key) break
      this.#entries[at] = least
      at = 2 * at + (least === left ? 1 : 2)
    }
    this.#entries[at] = last
  }
}
