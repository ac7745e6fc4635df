import { describe, expect, it } from 'vitest'
import { SqliteRateLimiter } from '../../../functions/adapters/sqlite/sqlite-rate-limiter.ts'
import { SqliteWebhooks } from '../../../functions/adapters/sqlite/sqlite-webhooks.ts'
import { perTest } from '../../contracts/harness.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'
import { webhookListsContract } from '../../contracts/webhook-lists.ts'
import { webhookStoreContract } from '../../contracts/webhook-store.ts'
import { aWebhook, builtAt } from '../../support/builders.ts'

const open = onSqlite((store) => ({
  webhooks: new SqliteWebhooks(store),
  limiter: new SqliteRateLimiter(store),
}))
webhookStoreContract('SQLite', open)
webhookListsContract('SQLite', open)

describe('SqliteWebhooks', () => {
  const given = perTest(open)

  it('leaves nothing of a removed webhook but the order to delete its log', async () => {
    const { webhooks, limiter, store } = given()
    const webhook = aWebhook({ eventTypes: ['a:b', 'a:c'] })
    await webhooks.create(webhook)
    await limiter.reserve(webhook.id, { perSecond: 1, nowMs: builtAt, horizonMs: 0 })
    await webhooks.remove(webhook.id, 1)
    const rows = ['webhooks', 'subscriptions', 'rate_limits', 'removed_webhooks'].map((table) =>
      store.database.prepare(`select count(*) n from ${table}`).get(),
    )
    expect(rows).toEqual([{ n: 0 }, { n: 0 }, { n: 0 }, { n: 1 }])
  })
})
