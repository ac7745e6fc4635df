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
    const now = this.#now()
    this.#entries.delete(key)
    // All are kept equally long, so the first in are the first to expire.
    for (const [oldest, { until }] of this.#entries) {
      if (until > now && this.#entries.size < this.#limits.maxEntries) break
      this.#entries.delete(oldest)
    }
    this.#entries.set(key, { value, until: now + this.#limits.maxAgeMs })
  }
}
