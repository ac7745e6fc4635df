/** Values kept for a bounded time and number; the oldest goes first. Times are milliseconds of the clock given. */
export class ExpiringCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>()
  readonly #limits: { readonly maxAgeMs: number; readonly maxEntries: number }
  readonly #now: () => number
  /** When the oldest expires; nothing is to be let go of before. */
  #firstUntil = Number.POSITIVE_INFINITY

  constructor(limits: { readonly maxAgeMs: number; readonly maxEntries: number }, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  /** How many values are held, those that are too old and not let go of yet included. */
  get size(): number {
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    // Most are empty most of the time, and a long key takes a while to be hashed.
    if (this.#entries.size === 0) return undefined
    const now = this.#now()
    if (now >= this.#firstUntil) this.#dropOldest(this.#limits.maxEntries)
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.until > now ? entry.value : undefined
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key)
    this.#dropOldest(this.#limits.maxEntries - 1)
    const until = this.#now() + this.#limits.maxAgeMs
    this.#entries.set(key, { value, until })
    this.#firstUntil = Math.min(this.#firstUntil, until)
  }

  /** Lets go of what is too old, as every `get` and `set` does: for when there are none. */
  dropExpired(): void {
    if (this.#now() >= this.#firstUntil) this.#dropOldest(this.#limits.maxEntries)
  }

  #dropOldest(mostLeft: number): void {
    const now = this.#now()
    // All are kept equally long, so the first in are the first to expire.
    this.#firstUntil = Number.POSITIVE_INFINITY
    for (const [oldest, { until }] of this.#entries) {
      if (until > now && this.#entries.size <= mostLeft) {
        this.#firstUntil = until
        return
      }
      this.#entries.delete(oldest)
    }
  }
}
