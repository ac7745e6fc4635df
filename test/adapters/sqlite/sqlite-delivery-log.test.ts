import { describe, expect, it } from 'vitest'
import { SqliteDeliveries } from '../../../functions/adapters/sqlite/sqlite-deliveries.ts'
import { SqliteDeliveryLog } from '../../../functions/adapters/sqlite/sqlite-delivery-log.ts'
import type { Delivery } from '../../../functions/domain/delivery.ts'
import type { DeliveryFilter } from '../../../functions/use-cases/log-queries.ts'
import { idsOf, perTest, readAll } from '../../contracts/harness.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'
import { aDelivery, aWebhook, builtAt } from '../../support/builders.ts'

describe('SqliteDeliveryLog', () => {
  const given = perTest(
    onSqlite((store) => ({ deliveries: new SqliteDeliveries(store), log: new SqliteDeliveryLog(store) })),
  )
  const { id: webhookId } = aWebhook()
  const record = (all: readonly Delivery[]) =>
    Promise.all(all.map((delivery) => given().deliveries.record({ delivery, sweepAt: null })))
  const readPages = async (filter: Omit<DeliveryFilter, 'webhookId' | 'limit'>) => {
    const pages: number[] = []
    const items = await readAll(async (after) => {
      const page = await given().log.ofWebhook({ webhookId, ...filter, after, limit: 10 })
      pages.push(page.items.length)
      return page
    })
    return { items, pages }
  }

  it('finds the few that are wanted among more than a page looks at, of the same millisecond too', async () => {
    const delivered = Array.from({ length: 5_200 }, (_, nth) =>
      aDelivery({ webhookId, createdAt: builtAt - (nth % 3), status: 'delivered' }),
    )
    const few = [9, 2, 0].map((age) =>
      aDelivery({ webhookId, createdAt: builtAt - age, status: 'cancelled', eventType: 'a:b' }),
    )
    await record([...delivered, ...few])
    const wanted = idsOf(few.toReversed())
    for (const filter of [{ statuses: ['cancelled' as const] }, { eventType: 'a:b' }]) {
      const { items, pages } = await readPages(filter)
      expect(idsOf(items)).toEqual(wanted)
      expect(pages.length).toBeLessThanOrEqual(3)
    }
  })

  it('shows a page of failures among many successes in one look', async () => {
    const delivered = Array.from({ length: 5_200 }, () => aDelivery({ webhookId, status: 'delivered' }))
    const failed = aDelivery({ webhookId, createdAt: builtAt - 9, status: 'exhausted', errored: true })
    await record([...delivered, failed])
    for (const filter of [{ erroredOnly: true }, { statuses: ['exhausted' as const, 'retrying' as const] }])
      expect(await readPages(filter)).toEqual({ items: [failed], pages: [1] })
  })

  it('keeps to the range when the page that is asked for lies beyond it', async () => {
    const [newest, older] = [aDelivery({ webhookId }), aDelivery({ webhookId, createdAt: builtAt - 1 })]
    await record([newest, older])
    const after = `${builtAt}/dlv_0`
    const { items } = await given().log.ofWebhook({ webhookId, to: builtAt - 1, after, limit: 10 })
    expect(items).toEqual([older])
  })
})
