import { expect, it } from 'vitest'
import { SqliteExpiry } from '../../../functions/adapters/sqlite/expiry.ts'
import { SqliteDeliveries } from '../../../functions/adapters/sqlite/sqlite-deliveries.ts'
import { SqliteEvents } from '../../../functions/adapters/sqlite/sqlite-events.ts'
import { SqliteReplays } from '../../../functions/adapters/sqlite/sqlite-replays.ts'
import { SqliteWebhooks } from '../../../functions/adapters/sqlite/sqlite-webhooks.ts'
import { perTest, retentionMs } from '../../contracts/harness.ts'
import { replayedEventsContract } from '../../contracts/replayed-events.ts'
import { replaysContract } from '../../contracts/replays.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'
import { aReplay, aWebhook, builtAt } from '../../support/builders.ts'

const open = onSqlite((store) => ({
  replays: new SqliteReplays(store),
  events: new SqliteEvents(store),
  deliveries: new SqliteDeliveries(store),
  webhooks: new SqliteWebhooks(store),
  expiry: new SqliteExpiry(store),
}))
replaysContract('SQLite', open)
replayedEventsContract('SQLite', open)
const given = perTest(open)

const count = () => given().store.database.prepare('select count(*) n from replays').get()?.n

it('go on after a restart: who was at work on them is dead', async () => {
  const { replays, store } = given()
  const replay = aReplay({ lease: { holder: 'dead', until: builtAt + 150_000 }, examined: 3 })
  await replays.create(replay)
  expect(await new SqliteReplays(store).get(replay.id)).toEqual({ ...replay, lease: null })
})

it('leave nothing once they have expired, unless they are running', async () => {
  const { replays, expiry, clock } = given()
  const [over, running] = [aReplay(), aReplay()]
  for (const replay of [over, running]) await replays.create(replay)
  await replays.replace({ ...over, status: 'finished', version: 2 })
  await clock.advance(retentionMs + 1)
  await expiry.deleteBatch()
  expect(await replays.running()).toEqual([running])
  expect(count()).toBe(1)
})

it('leave nothing of a removed webhook', async () => {
  const { replays, webhooks, expiry } = given()
  const webhook = aWebhook()
  await webhooks.create(webhook)
  await replays.create(aReplay({ webhookId: webhook.id }))
  await webhooks.remove(webhook.id, 1)
  await expiry.deleteBatch()
  expect(count()).toBe(0)
})
