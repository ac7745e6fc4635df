import * as z from 'zod/mini'
import { type HourOfAttempts, hourMs } from '../../domain/failing.ts'
import type { AttemptHours } from '../../use-cases/watch-failures.ts'
import type { SqliteStore } from './store.ts'

const Row = z.pipe(
  z.object({ hour: z.number(), total: z.number(), errored: z.number() }),
  z.transform(({ hour, total, errored }): HourOfAttempts => ({ startsAt: hour * hourMs, total, errored })),
)

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
      const hour = z.parse(Row, row)
      hours.push(hour)
      if (hour.errored < hour.total) break
    }
    return hours
  }
}
