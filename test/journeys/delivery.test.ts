import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const sourceSecret = 'A1B2C3D4E5F6'

describe('a Sourcegraph event on its way', () => {
  let server: TestServer
  let receiver: TestReceiver

  beforeAll(async () => {
    server = await startTestServer({ args: ['--development', '--retry-schedule', '0s,50ms,50ms'] })
    receiver = await startTestReceiver((request, response, count) => {
      response.statusCode =
        request.path === '/fails-once' && count === 1 ? 503 : request.path === '/gone' ? 410 : 200
      response.end('ok')
    })
    await server.api.createSource(sourceSecret)
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  it('reaches a webhook byte for byte, with both signatures', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const id = await server.api.createWebhook({
      url: `${receiver.url}/a?b=c`,
      secret,
      event_types: ['batch_change:apply'],
    })
    const body = await readFile('examples/batch-change.json')
    const reply = await server.api.postAsSourcegraph('batch_change:apply', body, sourceSecret)
    expect(reply.status).toBe(202)
    const [request] = await receiver.arrived(1)
    expect(request?.path).toBe('/a?b=c')
    expect(request?.body).toEqual(body)
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-sourcegraph-webhook-event-type': 'batch_change:apply',
      'x-sourcegraph-webhook-signature': createHmac('sha256', secret).update(body).digest('hex'),
    })
    expect(request?.headers['user-agent']).toMatch(/^Sourcegraph-Outgoing-Webhooks\/\d/)
    const headers = Object.fromEntries(
      Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    )
    expect(() => new Webhook(secret).verify(String(request?.body), headers)).not.toThrow()
    const [delivery] = await until(
      async () =>
        (await server.api.deliveries(id, '?status=delivered')).length === 1 && server.api.deliveries(id),
    )
    expect(delivery).toMatchObject({ status: 'delivered', attempt_count: 1 })
  })

  it('is sent again under the same webhook-id when the receiver fails', async () => {
    const before = receiver.requests.length
    const id = await server.api.createWebhook({
      url: `${receiver.url}/fails-once`,
      secret: 'shared secret',
      event_types: ['x:y'],
    })
    await server.api.publish('x:y', { n: 1 })
    const requests = (await receiver.arrived(before + 2)).slice(before)
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    const delivery = await until(async () => (await server.api.deliveries(id, '?status=delivered'))[0])
    expect(delivery.attempt_count).toBe(2)
    expect(await server.api.deliveries(id, '?errors_only=true')).toHaveLength(1)
  })

  it('disables a webhook that answers 410 and sends it nothing more', async () => {
    const id = await server.api.createWebhook({ url: `${receiver.url}/gone`, event_types: ['gone:now'] })
    const before = receiver.requests.length
    await server.api.publish('gone:now', {})
    await until(async () => (await server.api.deliveries(id, '?status=exhausted')).length === 1)
    // The log is written first.
    await vi.waitFor(async () =>
      expect((await server.api.call('GET', `/webhooks/${id}`)).body).toMatchObject({
        enabled: false,
        disabled_reason: 'gone',
      }),
    )
    const missed = await server.api.publish('gone:now', {})
    await until(async () => (await server.api.call('GET', `/events/${missed}`)).body)
    const event = await until(async () => {
      const { body } = await server.api.call('GET', `/events/${missed}`)
      return (
        typeof body === 'object' &&
        body !== null &&
        'missed_by' in body &&
        Array.isArray(body.missed_by) &&
        body.missed_by.length > 0 &&
        body
      )
    })
    expect(event).toMatchObject({ webhook_ids: [], missed_by: [id] })
    expect(receiver.requests.length).toBe(before + 1)
  })
})
