/** Values kept for a bounded time and number; the oldest goes first. Times are milliseconds of the clock given. */
export class ExpiringCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>()
  readonly #limits: { readonly maxAgeMs: number; readonly maxEntries: number }
  readonly #now: () => number

  constructor(limits: { readonly maxAgeMs: number; readonly maxEntries: number }, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.until > this.#now()) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key)
    const oldest = this.#entries.keys().next()
    if (this.#entries.size >= this.#limits.maxEntries && oldest.done !== true)
      this.#entries.delete(oldest.value)
    this.#entries.set(key, { value, until: this.#now() + this.#limits.maxAgeMs })
  }
}
