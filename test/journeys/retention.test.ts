import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { startTestReceiver } from '../support/receiver.ts'
import { startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

it('shows nothing of an event and its log once they have expired, and then deletes them', async () => {
  const receiver = await startTestReceiver()
  const server = await startTestServer({ args: ['--development', '--retention', '2s'] })
  const { api } = server
  const webhookId = await api.createWebhook({ url: receiver.url })
  const eventId = await api.publish('batch_change:apply', {})
  const [delivery] = await until(async () => {
    const found = await api.deliveries(webhookId, '?status=delivered')
    return found.length === 1 && found
  })
  const deliveryId = String(delivery?.id)
  expect((await api.call('GET', `/deliveries/${deliveryId}`)).status).toBe(200)

  const database = new DatabaseSync(join(server.dataDir, 'webhooks.db'), { readOnly: true })
  const rowsOf = (table: string) => database.prepare(`select * from ${table}`).all().length
  const tables = ['events', 'fan_outs', 'deliveries', 'attempts']
  for (const table of tables) expect(rowsOf(table), table).toBe(1)

  await until(async () => (await api.call('GET', `/events/${eventId}`)).status === 404)
  expect((await api.call('GET', `/deliveries/${deliveryId}`)).status).toBe(404)
  expect([404, 409]).toContain((await api.call('POST', `/deliveries/${deliveryId}/redeliver`)).status)
  expect(await api.deliveries(webhookId)).toEqual([])
  expect((await api.call('GET', '/events')).body).toMatchObject({ data: [], next_cursor: null })

  await until(() => tables.every((table) => rowsOf(table) === 0), { what: 'the rows to be deleted' })
  // What an admin made stays.
  expect((await api.call('GET', `/webhooks/${webhookId}`)).status).toBe(200)
  database.close()
  expect(server.logged).toEqual([])
  await server.remove()
  await receiver.close()
})
