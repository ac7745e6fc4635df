import * as z from 'zod/mini'
import { ExpiringCache } from '../../domain/expiring-cache.ts'
import type { Table } from './table.ts'

const names = ['changes', 'breaker_changes'] as const
const Item = z.object({ changes: z.optional(z.number()), breaker_changes: z.optional(z.number()) })
const key = { pk: 'webhook-changes', sk: 'count' }

/** What is counted: changes of webhooks, and of their breakers. */
export type Counted = (typeof names)[number]

/**
 * Counts the changes of all webhooks, and those of all breakers. Each is counted once it is written and before it is
 * confirmed. One item is read for every batch of messages: DynamoDB gives it out 3,000 times a second.
 */
export class ChangeCounts {
  readonly #table: Table
  #asked: Promise<z.infer<typeof Item>> | undefined

  constructor(table: Table) {
    this.#table = table
  }

  /** The count as of now. Those who ask while a read is under way share it: a batch of messages pays for one. */
  async current(counted: Counted): Promise<number> {
    const asked = this.#asked ?? this.#ask()
    return (await asked)[counted] ?? 0
  }

  async raise(counted: Counted): Promise<void> {
    await this.#table.update(key, { add: { [counted]: 1 } })
    // A read that is under way may have been answered before.
    this.#asked = undefined
  }

  #ask(): Promise<z.infer<typeof Item>> {
    const asked = this.#read().finally(() => {
      if (this.#asked === asked) this.#asked = undefined
    })
    this.#asked = asked
    return asked
  }

  async #read(): Promise<z.infer<typeof Item>> {
    return z.parse(Item, (await this.#table.get(key, { consistent: true })) ?? {})
  }
}

/**
 * Keeps what was read for as long as the count of changes stays what it was: one small read then stands for many, and
 * whatever was changed and confirmed is seen at once. A change whose author died before it was counted is seen within
 * a minute.
 */
export class KeptReads<Value> {
  readonly #counts: ChangeCounts
  readonly #counted: Counted
  readonly #now: () => number
  readonly #maxEntries: number
  #kept: ExpiringCache<Promise<Value>>

  constructor(
    counts: ChangeCounts,
    { counted, now, maxEntries }: { counted: Counted; now: () => number; maxEntries: number },
  ) {
    this.#counts = counts
    this.#counted = counted
    this.#now = now
    this.#maxEntries = maxEntries
    this.#kept = this.#empty()
  }

  /** What `load` gave for that name since the last change, or gives now. */
  async read(name: string, load: () => Promise<Value>): Promise<Value> {
    const counted = `${await this.#counts.current(this.#counted)}/${name}`
    const known = this.#kept.get(counted)
    if (known !== undefined) return known
    const loading = load()
    this.#kept.set(counted, loading)
    loading.catch(() => this.forget())
    return loading
  }

  /** Reads all anew, as after a write that found something else than was kept. */
  forget(): void {
    this.#kept = this.#empty()
  }

  #empty(): ExpiringCache<Promise<Value>> {
    return new ExpiringCache({ maxAgeMs: 60_000, maxEntries: this.#maxEntries }, this.#now)
  }
}
