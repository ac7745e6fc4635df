import { describe, expect, it } from 'vitest'
import { SqliteExpiry } from '../../../functions/adapters/sqlite/expiry.ts'
import { SqliteDeliveries } from '../../../functions/adapters/sqlite/sqlite-deliveries.ts'
import { SqliteDeliveryLog } from '../../../functions/adapters/sqlite/sqlite-delivery-log.ts'
import { SqliteWebhooks } from '../../../functions/adapters/sqlite/sqlite-webhooks.ts'
import type { Delivery } from '../../../functions/domain/delivery.ts'
import { perTest, retentionMs } from '../../contracts/harness.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'
import { aDelivery, anAttempt, aWebhook, builtAt } from '../../support/builders.ts'

const tables = ['deliveries', 'attempts', 'hourly_counters', 'removed_webhooks']

describe('SqliteExpiry, of a removed webhook,', () => {
  const given = perTest(
    onSqlite((store) => ({
      webhooks: new SqliteWebhooks(store),
      deliveries: new SqliteDeliveries(store),
      log: new SqliteDeliveryLog(store),
      expiry: new SqliteExpiry(store),
      /** Rows of each table, in their order above. */
      rows: () => tables.map((table) => store.database.prepare(`select count(*) n from ${table}`).get()?.n),
    })),
  )
  const create = async () => {
    const webhook = aWebhook()
    await given().webhooks.create(webhook)
    return webhook
  }
  const record = (all: readonly Delivery[]) =>
    Promise.all(
      all.map((delivery) => given().deliveries.record({ delivery, attempt: anAttempt(), sweepAt: builtAt })),
    )
  const deleteAll = async () => {
    const counts: number[] = []
    do counts.push(await given().expiry.deleteBatch())
    while (counts.at(-1) !== 0)
    return counts
  }

  it('deletes the whole log in small batches, and nothing of another', async () => {
    const { webhooks, deliveries, log, rows } = given()
    const [removed, kept] = [await create(), await create()]
    const statuses = ['pending', 'retrying', 'delivered'] as const
    const logOf = (webhookId: string, length: number) =>
      Array.from({ length }, (_, nth) => aDelivery({ webhookId, status: statuses[nth % 3] ?? 'pending' }))
    const others = logOf(kept.id, 3)
    await record([...logOf(removed.id, 401), ...others])
    await webhooks.remove(removed.id, removed.version)
    expect(await deleteAll()).toEqual([200, 200, 1, 0])
    expect((await log.ofWebhook({ webhookId: removed.id, limit: 10 })).items).toEqual([])
    expect(await log.stats(removed.id)).toEqual({ total: 0, errored: 0 })
    for (const delivery of others) expect(await deliveries.find(delivery.id)).toEqual(delivery)
    expect(rows()).toEqual([3, 3, 1, 1])
  })

  it('leaves nothing of an attempt that ends after the log was deleted', async () => {
    const { webhooks, deliveries, clock, rows } = given()
    const webhook = await create()
    await webhooks.remove(webhook.id, webhook.version)
    await deleteAll()
    await record([aDelivery({ webhookId: webhook.id, status: 'retrying', attempts: 1 })])
    await clock.advance(2 * retentionMs)
    await deleteAll()
    expect(await deliveries.due(clock.now(), 10)).toEqual([])
    expect(rows().slice(0, 3)).toEqual([0, 0, 0])
  })
})
