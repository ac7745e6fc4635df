import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventTypes, examplePayload } from '../../functions/domain/event-types.ts'
import { type CheckedApi, checkedApi, textOf } from '../support/checked-api.ts'
import { receivedFor } from '../support/received.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describe('a test of a webhook', () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver((request, response) => {
      response.statusCode = request.path === '/fails' ? 500 : request.path === '/gone' ? 410 : 200
      response.end('thanks')
    })
    api = await checkedApi(server)
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  const test = (id: string, body: unknown = {}) => api.call('POST', `/webhooks/${id}/test`, body)
  const webhookAt = (path: string, settings: Record<string, unknown> = {}) =>
    api.createWebhook({ url: `${receiver.url}${path}`, event_types: ['a:b'], ...settings })

  it('answers with what came of it, and is logged as a test', async () => {
    const id = await webhookAt('/')
    const reply = await test(id)
    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({
      trigger: 'test',
      status: 'delivered',
      event_type: 'batch_change:apply',
      request_body: examplePayload('batch_change:apply')?.toString(),
      attempts: [{ response: { status: 200, body: 'thanks' } }],
    })
    const [delivery] = await api.list(`/webhooks/${id}/deliveries`)
    expect(reply.body).toMatchObject({ ...delivery })
    expect(await api.get(`/events/${delivery?.event_id}`)).toMatchObject({
      origin: { kind: 'test', id },
      webhook_ids: [id],
      deliveries: [{ id: delivery?.id, trigger: 'test' }],
    })
  })

  it.each(eventTypes.map(({ key }) => key))('sends the example of %s', async (key) => {
    const reply = await test(await webhookAt('/'), { event_type: key })
    const [request] = await receivedFor(receiver, textOf(reply, 'event_id'))
    expect(request?.headers['x-sourcegraph-webhook-event-type']).toBe(key)
    expect(request?.body).toEqual(examplePayload(key))
  })

  it('sends a sample of any other type too', async () => {
    const reply = await test(await webhookAt('/'), { event_type: 'deploy:finish' })
    expect(reply.body).toMatchObject({ status: 'delivered', event_type: 'deploy:finish' })
  })

  it('is sent to a webhook that is off, outside its scope and to no other', async () => {
    const other = await webhookAt('/other', { event_types: ['*'] })
    const id = await webhookAt('/', { enabled: false, scope: { namespace_ids: ['T3JnOjk5'] } })
    expect((await test(id)).body).toMatchObject({ status: 'delivered' })
    expect(await api.get(`/webhooks/${id}`)).toMatchObject({ enabled: false })
    expect(await api.list(`/webhooks/${other}/deliveries`)).toEqual([])
  })

  it.each(['/fails', '/gone'])(
    'is not tried again when %s refuses it, and turns nothing off',
    async (path) => {
      const id = await webhookAt(path)
      expect((await test(id)).body).toMatchObject({ status: 'exhausted', attempt_count: 1, errored: true })
      expect(await api.get(`/webhooks/${id}`)).toMatchObject({
        enabled: true,
        stats: { total: 1, errored: 1 },
      })
    },
  )

  it.each(['*', '', 'a b', 7])('is refused with the event type %j', async (event_type) => {
    const reply = await test(await webhookAt('/'), { event_type })
    expect(reply.status).toBe(422)
    expect(reply.body).toMatchObject({ errors: [{ field: 'event_type' }] })
  })
})
