import { type HourOfAttempts, hourMs } from '../../domain/failing.ts'
import type { AttemptHours } from '../../use-cases/watch-failures.ts'
import { toHour } from './hour-row.ts'
import type { SqliteStore } from './store.ts'

/** Counts by the hour, read as the watch over failures wants them. */
export class SqliteAttemptHours implements AttemptHours {
  readonly #hours

  constructor({ database }: SqliteStore) {
    this.#hours = database.prepare(
      'select hour, total, errored from hourly_counters where webhook_id = ? and hour >= ? order by hour desc',
    )
  }

  async newestFirst(webhookId: string, from: number): Promise<readonly HourOfAttempts[]> {
    const hours: HourOfAttempts[] = []
    for (const row of this.#hours.iterate(webhookId, Math.floor(from / hourMs))) {
      const hour = toHour(row)
      hours.push(hour)
      if (hour.errored < hour.total) break
    }
    return hours
  }
}
