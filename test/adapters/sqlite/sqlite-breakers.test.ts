import { expect, it } from 'vitest'
import { SqliteBreakers } from '../../../functions/adapters/sqlite/sqlite-breakers.ts'
import { SqliteWebhooks } from '../../../functions/adapters/sqlite/sqlite-webhooks.ts'
import { opened, untroubled } from '../../../functions/domain/breaker.ts'
import { breakersContract } from '../../contracts/breakers.ts'
import { perTest } from '../../contracts/harness.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'
import { aWebhook, builtAt } from '../../support/builders.ts'

const open = onSqlite((store) => ({
  breakers: new SqliteBreakers(store),
  webhooks: new SqliteWebhooks(store),
  restarted: () => new SqliteBreakers(store),
}))
breakersContract('SQLite', open)
const given = perTest(open)

it('keeps open breakers over a restart, and gives up the probes that were under way', async () => {
  const { breakers, restarted } = given()
  const breaker = opened(untroubled, builtAt)
  await breakers.replace('whk_1', breaker)
  const probing = { ...breaker, version: 2, probe: { attemptId: 'dlv_1', at: builtAt } }
  await breakers.replace('whk_1', probing)
  expect(await restarted().get('whk_1')).toEqual({ ...probing, probe: null })
  expect(await restarted().replace('whk_1', { ...probing, version: 3 })).toBe(true)
})

it('leaves no breaker of a removed webhook', async () => {
  const { breakers, webhooks, store } = given()
  const webhook = aWebhook()
  await webhooks.create(webhook)
  await breakers.replace(webhook.id, opened(untroubled, builtAt))
  await webhooks.remove(webhook.id, 1)
  expect(store.database.prepare('select count(*) n from breakers').get()).toEqual({ n: 0 })
})
