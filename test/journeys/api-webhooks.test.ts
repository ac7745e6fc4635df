import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

describe('a webhook', () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver()
    api = await checkedApi(server)
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  it('is created with defaults and a generated secret', async () => {
    const reply = await api.call('POST', '/webhooks', { url: receiver.url, event_types: ['a:b', 'a:b', '*'] })
    expect(reply.status).toBe(201)
    expect(reply.body).toMatchObject({
      url: receiver.url,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      event_types: ['a:b', '*'],
      description: '',
      scope: {},
      header_names: [],
      enabled: true,
      disabled_reason: null,
      disabled_at: null,
      retry_schedule: null,
      rate_limit: null,
      stats: { total: 0, errored: 0 },
    })
    const location = new URL(String(reply.headers.get('location')), 'http://any/webhooks').pathname
    expect(reply.headers.get('etag')).toBe('"1"')
    expect(await api.get(location)).toMatchObject({ url: receiver.url })
  })

  it('is created as asked for', async () => {
    const wanted = {
      url: `${receiver.url}/hooks?token=x`,
      event_types: ['batch_change:apply'],
      description: 'Closes the ticket',
      scope: { namespace_ids: ['VXNlcjox'], repository_ids: ['UmVwb3NpdG9yeToxNQ=='] },
      enabled: false,
      retry_schedule: ['0s', '1.5s', '90m', '48h'],
      rate_limit: 0.5,
    }
    const id = await api.createWebhook({ ...wanted, headers: { 'X-Team': 'a' } })
    expect(await api.get(`/webhooks/${id}`)).toMatchObject({
      ...wanted,
      retry_schedule: ['0s', '1500ms', '90m', '2d'],
      header_names: ['X-Team'],
    })
  })

  it('shows its secret and its headers in no answer but the one that created it', async () => {
    const secret = 'secret-that-is-shown-once'
    const value = 'header-that-is-never-shown'
    const before = api.answers.length
    const id = await api.createWebhook({ url: receiver.url, secret, headers: { Authorization: value } })
    const count = receiver.requests.length
    expect((await api.call('POST', `/webhooks/${id}/test`, {})).status).toBe(200)
    expect((await receiver.arrived(count + 1)).at(-1)?.headers.authorization).toBe(value)
    await api.call('PATCH', `/webhooks/${id}`, { description: 'changed' })
    await api.list('/webhooks')
    const [delivery] = await api.list(`/webhooks/${id}/deliveries`)
    const { attempts } = await api.get(`/deliveries/${delivery?.id}`)
    expect(attempts).toMatchObject([{ request: { headers: { Authorization: '[hidden]' } } }])
    expect(api.answers.slice(before).filter((answer) => answer.includes(secret))).toHaveLength(1)
    expect(api.answers.slice(before).filter((answer) => answer.includes(value))).toHaveLength(0)
  })

  it('counts the requests that were sent and those that failed', async () => {
    const id = await api.createWebhook({
      url: `${receiver.url}/stats`,
      event_types: ['count:me'],
      retry_schedule: ['0s'],
    })
    await api.publish('count:me', {})
    await until(async () => (await api.deliveries(id, '?status=delivered')).length === 1)
    const closed = await startTestReceiver()
    await closed.close()
    await api.call('PATCH', `/webhooks/${id}`, { url: closed.url })
    await api.publish('count:me', {})
    await until(async () => (await api.deliveries(id, '?status=exhausted')).length === 1)
    const listed = (await api.list('/webhooks?event_type=count:me')).find((webhook) => webhook.id === id)
    expect(listed?.stats).toEqual({ total: 2, errored: 1 })
  })

  it('is gone with its log once it is deleted', async () => {
    const id = await api.createWebhook({ url: receiver.url, event_types: ['gone:soon'] })
    const event = await api.publish('gone:soon', {})
    const delivery = await until(async () => (await api.deliveries(id, '?status=delivered'))[0])
    expect((await api.call('DELETE', `/webhooks/${id}`)).status).toBe(204)
    for (const path of [`/webhooks/${id}`, `/webhooks/${id}/deliveries`, `/deliveries/${delivery.id}`]) {
      expect((await api.call('GET', path)).status).toBe(404)
    }
    expect((await api.call('POST', `/deliveries/${delivery.id}/redeliver`)).status).toBe(404)
    expect((await api.call('POST', `/webhooks/${id}/test`, {})).status).toBe(404)
    expect((await api.call('PATCH', `/webhooks/${id}`, {})).status).toBe(404)
    expect((await api.call('DELETE', `/webhooks/${id}`)).status).toBe(404)
    const remaining = (await api.pages('/webhooks')).flat().map((webhook) => webhook.id)
    expect(remaining).not.toContain(id)
    const shown = (await api.get(`/events/${event}`)).deliveries
    expect(JSON.stringify(shown)).not.toContain(id)
  })
})
