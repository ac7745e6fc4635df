import type { HourOfAttempts } from '../../domain/failing.ts'
import type { AttemptHours } from '../../use-cases/watch-failures.ts'
import { toHour } from './hour-item.ts'
import { counterKey } from './log-keys.ts'
import type { LogStore } from './log-store.ts'

// Of a webhook that is well, the newest hour tells all: its page costs as little as a read can.
const pageSize = 48

/** Counts by the hour, read as the watch over failures wants them. */
export class DynamoAttemptHours implements AttemptHours {
  readonly #store: LogStore

  constructor(store: LogStore) {
    this.#store = store
  }

  async newestFirst(webhookId: string, from: number): Promise<readonly HourOfAttempts[]> {
    const { pk, sk } = counterKey(webhookId, from)
    const hours: HourOfAttempts[] = []
    for (let startAfter: string | undefined; ; ) {
      const range = { pk, from: sk, descending: true, limit: pageSize, startAfter }
      const { items, next } = await this.#store.table.page(range)
      hours.push(...items.map(toHour))
      if (next === undefined || hours.some(({ total, errored }) => errored < total)) return hours
      startAfter = next
    }
  }
}
