import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const Activity = z.object({
  hours: z.array(z.object({ hour: z.iso.datetime(), total: z.number(), errored: z.number() })),
})

describe('GET /webhooks/{id}/activity', () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer({ args: ['--development', '--retry-schedule', '0s'] })
    receiver = await startTestReceiver((request, response) => {
      response.statusCode = request.body.toString().includes('fail') ? 500 : 200
      response.end()
    })
    api = await checkedApi(server)
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  const activity = async (id: string) =>
    Activity.parse((await api.call('GET', `/webhooks/${id}/activity`)).body).hours

  it('shows the last 24 hours, oldest first, quiet ones too', async () => {
    const id = await api.createWebhook({ url: receiver.url, event_types: ['a:b'] })
    const hours = await activity(id)
    expect(hours).toHaveLength(24)
    const times = hours.map(({ hour }) => Date.parse(hour))
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual(times.map((_, nth) => nth * 3_600_000))
    expect(hours.every(({ total, errored }) => total === 0 && errored === 0)).toBe(true)
  })

  it('counts what was sent and what failed', async () => {
    const id = await api.createWebhook({ url: receiver.url, event_types: ['c:d'] })
    const events = ['well', 'fail', 'well'].map((text) => ({ type: 'c:d', payload: { text } }))
    await api.call('POST', '/events', events)
    await until(async () => (await api.deliveries(id)).length === 3)
    const sums = (await activity(id)).reduce(
      (sum, { total, errored }) => ({ total: sum.total + total, errored: sum.errored + errored }),
      { total: 0, errored: 0 },
    )
    expect(sums).toEqual({ total: 3, errored: 1 })
    // The last hour, unless it turned while this ran.
    expect((await activity(id)).slice(-2).reduce((sum, { total }) => sum + total, 0)).toBe(3)
  })

  it('is 404 for what is no webhook', async () => {
    expect((await api.call('GET', '/webhooks/whk_0000000000000000/activity')).status).toBe(404)
  })
})
