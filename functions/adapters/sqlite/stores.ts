import { SqliteAttemptHours } from './sqlite-attempt-hours.ts'
import { SqliteBreakers } from './sqlite-breakers.ts'
import { SqliteDeliveries } from './sqlite-deliveries.ts'
import { SqliteDeliveryLog } from './sqlite-delivery-log.ts'
import { SqliteErasure } from './sqlite-erasure.ts'
import { SqliteEvents } from './sqlite-events.ts'
import { SqliteNotices } from './sqlite-notices.ts'
import { SqlitePosition } from './sqlite-position.ts'
import { SqliteRateLimiter } from './sqlite-rate-limiter.ts'
import { SqliteReplays } from './sqlite-replays.ts'
import { SqliteSources } from './sqlite-sources.ts'
import { SqliteTokens } from './sqlite-tokens.ts'
import { SqliteWebhooks } from './sqlite-webhooks.ts'
import type { SqliteStore } from './store.ts'

/** Every port over one SQLite file, but for the queues, by the names under which use cases ask for them. */
export type SqliteStores = ReturnType<typeof storesOver>

export function storesOver(store: SqliteStore) {
  const webhooks = new SqliteWebhooks(store)
  return {
    webhooks,
    subscriptions: webhooks,
    events: new SqliteEvents(store),
    erasure: new SqliteErasure(store),
    deliveries: new SqliteDeliveries(store),
    deliveryLog: new SqliteDeliveryLog(store),
    attemptHours: new SqliteAttemptHours(store),
    replays: new SqliteReplays(store),
    breakers: new SqliteBreakers(store),
    limiter: new SqliteRateLimiter(store),
    notices: new SqliteNotices(store),
    tokens: new SqliteTokens(store),
    sources: new SqliteSources(store),
    position: new SqlitePosition(store, 'audit'),
    watchPosition: new SqlitePosition(store, 'failures'),
  }
}
