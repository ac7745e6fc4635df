import { countsKeptMs } from '../../domain/failing.ts'
import { counterKey, endOfCounter } from './log-keys.ts'
import { expiresAt, type LogStore } from './log-store.ts'
import type { Key } from './table.ts'

/** Requests that are not written yet, all of one webhook and hour. */
interface Tally {
  total: number
  errored: number
  readonly written: Promise<void>
}

/**
 * Counts requests by webhook and hour. All that come in one turn of the event loop, or while the last write of their
 * counter is under way, share one write: the busier a webhook, the fewer writes a request.
 */
export class HourlyCounters {
  readonly #store: LogStore
  readonly #open = new Map<string, Tally>()
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(store: LogStore) {
    this.#store = store
  }

  /** Counts one request. Resolves once it is written; rejects when the table does not take it. */
  count(webhookId: string, { sentAt, failed }: { sentAt: number; failed: boolean }): Promise<void> {
    const key = counterKey(webhookId, sentAt)
    const name = `${key.pk}/${key.sk}`
    const tally = this.#open.get(name) ?? this.#start(name, key)
    tally.total += 1
    if (failed) tally.errored += 1
    return tally.written
  }

  #start(name: string, key: Key): Tally {
    const ready = this.#underWay.get(name) ?? new Promise((resolve) => setImmediate(resolve))
    const write = async () => {
      this.#open.delete(name)
      const update = this.#write(key, tally)
      this.#underWay.set(name, update)
      try {
        await update
      } finally {
        if (this.#underWay.get(name) === update) this.#underWay.delete(name)
      }
    }
    const tally: Tally = { total: 0, errored: 0, written: ready.then(write, write) }
    this.#open.set(name, tally)
    return tally
  }

  async #write(key: Key, { total, errored }: Tally): Promise<void> {
    await this.#store.table.update(key, {
      set: { expires_at: expiresAt(endOfCounter(key.sk) + Math.max(this.#store.retentionMs, countsKeptMs)) },
      add: { total, errored },
    })
  }
}
