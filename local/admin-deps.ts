import { setTimeout as pause } from 'node:timers/promises'
import {
  newEventId,
  newRun,
  newSecret,
  newSourceId,
  newTokenId,
  newTokenSecret,
  newWebhookId,
} from '../functions/adapters/random.ts'
import type { SqliteLevels } from '../functions/adapters/sqlite/sqlite-levels.ts'
import type { SqliteStores } from '../functions/adapters/sqlite/stores.ts'
import type { AdminDeps } from '../functions/api/admin-deps.ts'
import type { ManageWebhooks } from '../functions/use-cases/manage-webhooks.ts'
import { queueNames } from '../functions/use-cases/queue-levels.ts'
import type { SendTest } from '../functions/use-cases/send-test.ts'

/** What the admin API works with, over SQLite. */
export function adminDeps(
  { deliveryLog: log, erasure, ...stores }: SqliteStores,
  {
    cipher,
    deliveryQueue,
    levels,
    ...shared
  }: Pick<AdminDeps, 'replay' | 'urlPolicy' | 'retentionMs' | 'now'> & {
    readonly cipher: ManageWebhooks['cipher']
    readonly deliveryQueue: SendTest['deliveryQueue']
    readonly levels: SqliteLevels
  },
): AdminDeps {
  const { webhooks, subscriptions, breakers, events, deliveries, attemptHours, tokens, sources } = stores
  const { now } = shared
  return {
    manageWebhooks: { webhooks, breakers, cipher, newWebhookId, newSecret, now },
    redeliver: { webhooks, deliveries, events, deliveryQueue, newRun, now },
    eraseEvent: { erasure, events, subscriptions, webhooks, deliveries, now },
    sendTest: { webhooks, events, deliveries, deliveryQueue, newEventId, now, pause },
    webhooks,
    breakers,
    events,
    log,
    attemptHours,
    queues: { levels: async () => queueNames.map((name) => levels.queue(name)) },
    tokens,
    sources,
    newSourceId,
    newTokenId,
    newTokenSecret,
    ...shared,
  }
}
