import { countsKeptMs } from '../../domain/failing.ts'
import { counterKey, endOfCounter } from './log-keys.ts'
import { expiresAt, type LogStore } from './log-store.ts'
import type { Key } from './table.ts'

/** Requests of one webhook and hour that are not written yet. */
interface Tally {
  readonly key: Key
  total: number
  errored: number
}

/** Counts requests by webhook and hour in memory, until they are written: the busier a webhook, the fewer writes a request. */
export class HourlyCounters {
  readonly #store: LogStore
  #tallies = new Map<string, Tally>()

  constructor(store: LogStore) {
    this.#store = store
  }

  /** Counts one request. */
  count(webhookId: string, { sentAt, failed }: { sentAt: number; failed: boolean }): void {
    const key = counterKey(webhookId, sentAt)
    const name = `${key.pk}/${key.sk}`
    const tally = this.#tallies.get(name) ?? { key, total: 0, errored: 0 }
    this.#tallies.set(name, tally)
    tally.total += 1
    if (failed) tally.errored += 1
  }

  /**
   * Writes what was counted since the last time, one write a webhook and hour. What the table does not take is lost, and
   * the log says so: this never rejects, because that would have the requests made again.
   */
  async write(): Promise<void> {
    const tallies = [...this.#tallies.values()]
    this.#tallies = new Map()
    await Promise.all(tallies.map((tally) => this.#writeOne(tally)))
  }

  async #writeOne({ key, total, errored }: Tally): Promise<void> {
    const expires_at = expiresAt(endOfCounter(key.sk) + Math.max(this.#store.retentionMs, countsKeptMs))
    try {
      await this.#store.table.update(key, { set: { expires_at }, add: { total, errored } })
    } catch (cause) {
      this.#store.log.error('requests could not be counted', {
        counter: key.pk,
        requests: total,
        error: String(cause),
      })
    }
  }
}
