import type { RateLimiter } from '../../use-cases/keep-pace.ts'
import type { SqliteStore } from './store.ts'

/** Hands out places one interval apart (the generic cell rate algorithm without bursts); they survive a restart. */
export class SqliteRateLimiter implements RateLimiter {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    this.#statements = {
      nextFree: store.database.prepare('select next_free_at from rate_limits where webhook_id = ?'),
      take: store.database.prepare(
        `insert into rate_limits (webhook_id, next_free_at) values (?, ?)
         on conflict (webhook_id) do update set next_free_at = excluded.next_free_at`,
      ),
    }
  }

  reserve: RateLimiter['reserve'] = (webhookId, { perSecond, nowMs, horizonMs }) =>
    this.#store.commits.write(() => {
      const nextFree = this.#statements.nextFree.get(webhookId)?.next_free_at
      const at = typeof nextFree === 'number' ? Math.max(nextFree, nowMs) : nowMs
      if (at > nowMs + horizonMs) return undefined
      this.#statements.take.run(webhookId, at + 1_000 / perSecond)
      return Math.floor(at)
    })
}
