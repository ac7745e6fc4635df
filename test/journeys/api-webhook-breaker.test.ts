import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const Breaker = z.object({ state: z.string(), since: z.string(), next_probe_at: z.string().nullable() })
const WithBreaker = z.object({ breaker: Breaker.nullable() })

describe('a webhook whose receiver fails', () => {
  let server: TestServer
  let api: CheckedApi
  let receiver: TestReceiver
  let status: number
  let id: string

  beforeEach(async () => {
    status = 500
    receiver = await startTestReceiver((_request, response) => response.writeHead(status).end())
    server = await startTestServer()
    api = await checkedApi(server)
    id = await api.createWebhook({ url: receiver.url })
    const events = Array.from({ length: 10 }, (_, n) => ({ type: 'batch_change:apply', payload: { n } }))
    await api.call('POST', '/events', events)
    await until(async () => (await breaker()) !== null, { what: 'the breaker to open' })
  })

  afterEach(async () => {
    await server.remove()
    await receiver.close()
  })

  const breaker = async () => WithBreaker.parse(await api.get(`/webhooks/${id}`)).breaker

  it('shows that it is put off, since when and until when, and so do its deliveries', async () => {
    const open = Breaker.parse(await breaker())
    expect(open.state).toBe('open')
    const since = Date.parse(open.since)
    expect(Date.parse(open.next_probe_at ?? '') - since).toBe(10_000)
    expect((await api.list('/webhooks'))[0]?.breaker).toEqual(open)

    await server.api.publish('batch_change:apply', { n: 10 })
    const [putOff] = await until(async () => {
      const data = await api.list(`/webhooks/${id}/deliveries?status=pending`)
      return data.length === 1 && data
    })
    expect(putOff).toMatchObject({ attempt_count: 0, errored: false, last_status: null })
    expect(putOff?.last_error).toBe(
      `Put off: the receiver has failed or not answered since ${open.since}. It is being probed.`,
    )
    expect(Date.parse(String(putOff?.next_attempt_at))).toBeGreaterThanOrEqual(since + 10_000)
    expect(receiver.requests).toHaveLength(10)
  })

  it('is well again after a test that succeeds', async () => {
    expect((await api.call('POST', `/webhooks/${id}/test`, {})).body).toMatchObject({ status: 'exhausted' })
    expect(await breaker()).not.toBeNull()
    status = 200
    expect((await api.call('POST', `/webhooks/${id}/test`, {})).body).toMatchObject({ status: 'delivered' })
    await until(async () => (await breaker()) === null)
  })

  it.each([
    ['another URL', { url: 'http://127.0.0.1:9/' }],
    ['being turned on again', { enabled: true }],
  ])('gets a new chance with %s', async (_, change) => {
    await api.call('PATCH', `/webhooks/${id}`, { description: 'the same receiver', enabled: false })
    expect(await breaker()).not.toBeNull()
    expect((await api.call('PATCH', `/webhooks/${id}`, change)).body).toMatchObject({ breaker: null })
  })
})
