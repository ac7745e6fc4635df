import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckedApi, checkedApi, idOf } from '../support/checked-api.ts'
import { receivedFor } from '../support/received.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

describe('a redelivery', () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi
  const held: (() => void)[] = []

  beforeAll(async () => {
    server = await startTestServer({ args: ['--development', '--retry-schedule', '0s,1h'] })
    receiver = await startTestReceiver((request, response, count) => {
      const answer = () => response.end('ok')
      if (request.path === '/fails-once' && count === 1) response.statusCode = 500
      if (request.path === '/fails') response.statusCode = 500
      if (request.path === '/hangs-twice' && count > 1) held.push(answer)
      else answer()
    })
    api = await checkedApi(server)
  })

  afterAll(async () => {
    for (const answer of held) answer()
    await receiver.close()
    await server.remove()
  })

  /** Publishes an event for one webhook; resolves with the three ids once its delivery has the status. */
  async function deliver(path: string, status: string, settings: Record<string, unknown> = {}) {
    const type = `event:${path.slice(1)}`
    const webhook = await api.createWebhook({
      url: `${receiver.url}${path}`,
      event_types: [type],
      ...settings,
    })
    const event = await api.publish(type, { path })
    const { id } = await until(async () => (await api.deliveries(webhook, `?status=${status}`))[0])
    return { webhook, event, id }
  }

  const redeliver = (id: string) => api.call('POST', `/deliveries/${id}/redeliver`)

  it('of a delivered one is a new delivery of the same event, with the same webhook-id and body', async () => {
    const { webhook, event, id } = await deliver('/delivered', 'delivered')
    const reply = await redeliver(id)
    expect(reply.status).toBe(202)
    expect(reply.headers.get('location')).toBe(`../${idOf(reply)}`)
    expect(reply.body).toMatchObject({ trigger: 'redelivery', status: 'pending', event_id: event })
    expect(idOf(reply)).not.toBe(id)
    const [first, second] = await receivedFor(receiver, event, 2)
    expect(second?.body).toEqual(first?.body)
    await until(async () => (await api.get(`/deliveries/${idOf(reply)}`)).status === 'delivered')
    expect(await api.list(`/webhooks/${webhook}/deliveries`)).toMatchObject([
      { id: idOf(reply), trigger: 'redelivery', attempt_count: 1 },
      { id, trigger: 'event', attempt_count: 1 },
    ])
    expect(await api.get(`/events/${event}`)).toMatchObject({ deliveries: [{ id }, { id: idOf(reply) }] })
  })

  it('of a retrying one makes its next attempt now', async () => {
    const { event, id } = await deliver('/fails-once', 'retrying')
    const waiting = await api.get(`/deliveries/${id}`)
    expect(Date.parse(String(waiting.next_attempt_at)) - Date.now()).toBeGreaterThan(45 * 60_000)
    const reply = await redeliver(id)
    expect(reply.body).toMatchObject({ id, status: 'retrying', attempt_count: 1 })
    await receivedFor(receiver, event, 2)
    const delivered = await until(async () => {
      const delivery = await api.get(`/deliveries/${id}`)
      return delivery.status === 'delivered' && delivery
    })
    expect(delivered).toMatchObject({ trigger: 'event', attempt_count: 2, errored: true, last_error: null })
    expect(delivered.attempts).toMatchObject([{ number: 1 }, { number: 2 }])
  })

  it('of an exhausted one starts anew', async () => {
    const { id } = await deliver('/fails', 'exhausted', { retry_schedule: ['0s'] })
    const again = idOf(await redeliver(id))
    await until(async () => (await api.get(`/deliveries/${again}`)).status === 'exhausted')
    expect(await api.get(`/deliveries/${id}`)).toMatchObject({ status: 'exhausted', attempt_count: 1 })
  })

  it('is refused with 409 while one is pending, before its first attempt or during it', async () => {
    const { id } = await deliver('/hangs-twice', 'delivered')
    const pending = idOf(await redeliver(id))
    expect((await redeliver(pending)).status).toBe(409)
    await until(() => held.length === 1)
    const reply = await redeliver(pending)
    expect(reply.status).toBe(409)
    expect(reply.body).toMatchObject({ code: 'conflict' })
  })

  it('is refused with 409 while an event waits for its first attempt, and the event shows it', async () => {
    const webhook = await api.createWebhook({
      url: receiver.url,
      event_types: ['later:on'],
      retry_schedule: ['15m'],
    })
    const event = await api.publish('later:on', { n: 1 })
    await until(async () => (await api.get(`/events/${event}`)).fanned_out_at !== null)
    const id = `dlv_${event.slice(4)}${webhook.slice(4)}`
    const pending = { id, status: 'pending', trigger: 'event', attempt_count: 0, last_status: null }
    expect(await api.get(`/events/${event}`)).toMatchObject({ deliveries: [pending] })
    expect(await api.get(`/deliveries/${id}`)).toMatchObject({
      ...pending,
      request_body: '{"n":1}',
      attempts: [],
    })
    expect((await redeliver(id)).status).toBe(409)
    expect((await redeliver(`${id}0000000000000000`)).status).toBe(404)
  })

  it('is refused with 409 while the webhook is off', async () => {
    const { webhook, id } = await deliver('/off', 'delivered')
    await api.call('PATCH', `/webhooks/${webhook}`, { enabled: false })
    const reply = await redeliver(id)
    expect(reply.status).toBe(409)
    expect(reply.body).toMatchObject({ detail: expect.stringContaining(webhook) })
  })

  it.each(['dlv_', 'nonsense', `dlv_${'0'.repeat(42)}`, `dlv_${'0'.repeat(58)}`])(
    'is refused with 404 for %s',
    async (id) => {
      expect((await redeliver(id)).status).toBe(404)
      expect((await api.call('GET', `/deliveries/${id}`)).status).toBe(404)
    },
  )
})
