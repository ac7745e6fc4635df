import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const hourMs = 3_600_000
const Off = z.looseObject({
  enabled: z.boolean(),
  disabled_at: z.string().nullable(),
  last_off: z.object({ since: z.string(), until: z.string().nullable() }).nullable(),
})

describe('a webhook that is turned off', () => {
  let receiver: TestReceiver
  let server: TestServer
  let api: CheckedApi
  let id: string

  const start = async (dataDir?: string) => {
    server = await startTestServer(dataDir === undefined ? {} : { dataDir })
    api = await checkedApi(server)
  }
  /** A server sweeps when it starts. `meanwhile` gets the database. */
  const restart = async (meanwhile: (database: DatabaseSync) => void = () => {}) => {
    await server.stop()
    const database = new DatabaseSync(join(server.dataDir, 'webhooks.db'))
    meanwhile(database)
    database.close()
    await start(server.dataDir)
  }
  /** As if an hour had passed since the last look at all webhooks. */
  const lookAgain = (database: DatabaseSync) => database.exec("delete from positions where name = 'failures'")
  const webhook = async () => Off.parse(await api.get(`/webhooks/${id}`))
  const toldOf = (type: string) =>
    until(async () => {
      const [event] = await api.list(`/events?type=${type}`)
      return event !== undefined && api.get(`/events/${event.id}`)
    })

  beforeEach(async () => {
    receiver = await startTestReceiver((_request, response) => response.writeHead(410).end())
    await start()
    id = await api.createWebhook({ url: `${receiver.url}/path?token=secret`, event_types: ['a:b'] })
  })

  afterEach(async () => {
    await server.remove()
    await receiver.close()
  })

  it('by a 410 is told of, misses what comes, and says from when to when once it is on again', async () => {
    await server.api.publish('a:b', {})
    const off = await until(async () => {
      const found = await webhook()
      return !found.enabled && found
    })
    expect(off).toMatchObject({ disabled_reason: 'gone', last_off: { since: off.disabled_at, until: null } })
    await restart()
    expect(await toldOf('webhook:disabled')).toMatchObject({
      origin: { kind: 'service', id },
      payload: {
        webhook: { id, description: '', receiver: receiver.url },
        ...{ reason: 'gone', disabled_at: off.disabled_at, failing_since: null, failed_attempts: null },
      },
    })
    await until(async () => server.logged.length > 0)
    expect(server.logged).toMatchObject([
      { message: `Webhook ${id} was turned off: its receiver answered 410 Gone`, fields: { webhook: id } },
    ])
    await server.api.publish('a:b', {})
    await until(
      async () => z.array(z.string()).parse((await api.list('/events?type=a:b'))[0]?.missed_by)[0] === id,
    )
    const before = Date.now()
    const { body } = await api.call('PATCH', `/webhooks/${id}`, { enabled: true })
    const on = Off.parse(body)
    expect(on).toMatchObject({ enabled: true, disabled_reason: null, disabled_at: null })
    expect(on.last_off?.since).toBe(off.disabled_at)
    expect(Date.parse(on.last_off?.until ?? '')).toBeGreaterThanOrEqual(before)
  })

  it('for nothing but failures was warned of before, and both are told', async () => {
    await restart((database) => {
      const put = database.prepare('insert into hourly_counters values (?, ?, 2, 2)')
      for (let age = 0; age <= 121; age++) put.run(id, Math.floor(Date.now() / hourMs) - age)
      lookAgain(database)
    })
    expect(await toldOf('webhook:failing')).toMatchObject({ payload: { webhook: { id }, percent: 90 } })
    expect(await webhook()).toMatchObject({
      enabled: true,
      failing_since: expect.stringMatching(/:00:00\.000Z$/),
    })
    await restart(lookAgain)
    expect(await toldOf('webhook:disabled')).toMatchObject({
      payload: { webhook: { id }, reason: 'failing', failed_attempts: 244 },
    })
    expect(await webhook()).toMatchObject({ enabled: false, disabled_reason: 'failing' })
  })

  it('cannot be told of by a publisher', async () => {
    const { status } = await api.call('POST', '/events', { type: 'webhook:disabled', payload: {} })
    expect(status).toBe(422)
  })
})
