import * as z from 'zod/mini'
import { ExpiringCache } from '../../domain/expiring-cache.ts'
import type { Table } from './table.ts'

const Item = z.object({ changes: z.number() })
const key = { pk: 'webhook-changes', sk: 'count' }

/**
 * Counts the changes of all webhooks. Each is counted once it is written and before it is confirmed.
 * One item is read for every batch of messages: DynamoDB gives it out 3,000 times a second.
 */
export class ChangeCount {
  readonly #table: Table
  #asked: Promise<number> | undefined

  constructor(table: Table) {
    this.#table = table
  }

  /** The count as of now. Those who ask while a read is under way share it: a batch of messages pays for one. */
  current(): Promise<number> {
    if (this.#asked !== undefined) return this.#asked
    const asked = this.#read().finally(() => {
      if (this.#asked === asked) this.#asked = undefined
    })
    this.#asked = asked
    return asked
  }

  async raise(): Promise<void> {
    await this.#table.update(key, { add: { changes: 1 } })
    // A read that is under way may have been answered before.
    this.#asked = undefined
  }

  async #read(): Promise<number> {
    const item = await this.#table.get(key, { consistent: true })
    return item === undefined ? 0 : z.parse(Item, item).changes
  }
}

/**
 * Keeps what was read for as long as the count of changes stays what it was: one small read then stands for many, and
 * whatever was changed and confirmed is seen at once. A change whose author died before it was counted is seen within
 * a minute.
 */
export class KeptReads<Value> {
  readonly #count: ChangeCount
  readonly #now: () => number
  readonly #maxEntries: number
  #kept: ExpiringCache<Promise<Value>>

  constructor(count: ChangeCount, { now, maxEntries }: { now: () => number; maxEntries: number }) {
    this.#count = count
    this.#now = now
    this.#maxEntries = maxEntries
    this.#kept = this.#empty()
  }

  /** What `load` gave for that name since the last change, or gives now. */
  async read(name: string, load: () => Promise<Value>): Promise<Value> {
    const counted = `${await this.#count.current()}/${name}`
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
