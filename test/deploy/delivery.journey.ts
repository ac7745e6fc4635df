import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type CheckedApi, idOf, textOf } from '../support/checked-api.ts'
import { receivedFor } from '../support/received.ts'
import { type ReceivedRequest, startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { Deployment } from './support/deployment.ts'
import { stage } from './support/global-setup.ts'

const sourceSecret = 'A1B2C3D4E5F6'
const timing = { timeoutMs: 20_000 }

describe('an event on its way through the deployed service', () => {
  let api: CheckedApi
  let receiver: TestReceiver

  beforeAll(async () => {
    api = await new Deployment(stage, inject('emulator').url).api(inject('outputs'))
    receiver = await startTestReceiver((request, response, count) => {
      response.statusCode = request.path === '/fails-once' && count === 1 ? 503 : 200
      response.end('taken')
    })
    await api.createSource(sourceSecret)
  })

  afterAll(() => receiver.close())

  it("comes as a Sourcegraph instance's request, and reaches the webhook byte for byte with both signatures", async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    await api.createWebhook({ url: `${receiver.url}/a?b=c`, secret, event_types: ['batch_change:apply'] })
    const body = await readFile('examples/batch-change.json')
    const reply = await api.postAsSourcegraph('batch_change:apply', body, sourceSecret)
    expect(reply.status).toBe(202)
    const [request] = await receivedFor(receiver, idOf(reply))
    expect(request?.path).toBe('/a?b=c')
    expect(request?.body).toEqual(body)
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-sourcegraph-webhook-event-type': 'batch_change:apply',
      'x-sourcegraph-webhook-signature': createHmac('sha256', secret).update(body).digest('hex'),
    })
    expect(() => verify(secret, request)).not.toThrow()
    const repeat = await api.postAsSourcegraph('batch_change:apply', body, sourceSecret)
    expect(repeat.body).toMatchObject({ id: idOf(reply), duplicate: true })
  })

  it('comes as a submission with a token, in bytes that are no plain ASCII', async () => {
    const secret = 'shared secret'
    await api.createWebhook({ url: receiver.url, secret, event_types: ['token:form'] })
    const publisher = api.as(await api.createToken(['publish']))
    const event = '{"type":"token:form","payload":{"b":"ä\\u003c€ 🎉","a":1.50}}'
    const reply = await publisher.call('POST', '/events', event)
    const [request] = await receivedFor(receiver, idOf(reply))
    expect(String(request?.body)).toBe('{"b":"ä\\u003c€ 🎉","a":1.50}')
    expect(() => verify(secret, request)).not.toThrow()
  })

  it('is taken once when it is sent twice with the same key', async () => {
    const post = (n: number) => {
      const event = { type: 'once:only', payload: { n }, idempotency_key: 'the-same' }
      return api.call('POST', '/events', event)
    }
    const first = await post(1)
    expect((await post(1)).body).toMatchObject({ id: idOf(first), duplicate: true })
    expect((await post(2)).status).toBe(409)
  })

  it('is sent again after a 503, and the log tells of both attempts', async () => {
    const id = await api.createWebhook({ url: `${receiver.url}/fails-once`, event_types: ['fails:once'] })
    const event = await api.publish('fails:once', { n: 1 })
    const requests = await receivedFor(receiver, event, 2)
    expect(requests.map(({ body }) => String(body))).toEqual(['{"n":1}', '{"n":1}'])
    const delivered = async () => (await api.list(`/webhooks/${id}/deliveries?status=delivered`))[0]
    const delivery = await until(delivered, timing)
    expect(delivery).toMatchObject({ event_id: event, attempt_count: 2, last_status: 200, errored: true })
    expect(await api.list(`/webhooks/${id}/deliveries?errors_only=true`)).toEqual([delivery])
    expect(await api.get(`/webhooks/${id}`)).toMatchObject({ stats: { total: 2, errored: 1 } })
    expect(await api.get(`/deliveries/${delivery.id}`)).toMatchObject({
      request_body: '{"n":1}',
      attempts: [
        { number: 1, response: { status: 503, body: 'taken' }, error: 'The receiver answered 503.' },
        { number: 2, response: { status: 200, body: 'taken' }, error: null },
      ],
    })
    expect(await api.get(`/events/${event}`)).toMatchObject({ webhook_ids: [id], deliveries: [delivery] })
  })

  it('is exhausted when no receiver listens, and is delivered by hand once one does', async () => {
    const gone = await startTestReceiver()
    await gone.close()
    const id = await api.createWebhook({ url: gone.url, event_types: ['nobody:there'] })
    const event = await api.publish('nobody:there', {})
    const exhausted = async () => (await api.list(`/webhooks/${id}/deliveries?status=exhausted`))[0]
    const delivery = await until(exhausted, timing)
    expect(delivery).toMatchObject({ attempt_count: 3, last_status: 0 })
    await api.call('PATCH', `/webhooks/${id}`, { url: receiver.url })
    expect((await api.call('POST', `/deliveries/${delivery.id}/redeliver`)).status).toBe(202)
    const [request] = await receivedFor(receiver, event)
    expect(String(request?.body)).toBe('{}')
  })

  it('is tried out with a test event, whose result is the answer', async () => {
    const id = await api.createWebhook({ url: receiver.url, event_types: ['changeset:update'] })
    const reply = await api.call('POST', `/webhooks/${id}/test`, {})
    expect(reply.body).toMatchObject({ status: 'delivered', attempts: [{ response: { status: 200 } }] })
  })

  it('is signed by both secrets while one takes the place of the other', async () => {
    const secret = 'the one before'
    const id = await api.createWebhook({ url: receiver.url, secret, event_types: ['while:rotating'] })
    const rotated = await api.call('POST', `/webhooks/${id}/rotate-secret`, { overlap: '1h' })
    expect(rotated.status).toBe(200)
    const [request] = await receivedFor(receiver, await api.publish('while:rotating', {}))
    for (const either of [secret, textOf(rotated, 'secret')])
      expect(() => verify(either, request)).not.toThrow()
    const ended = await api.call('POST', `/webhooks/${id}/rotate-secret`, { overlap: '0s' })
    const [last] = await receivedFor(receiver, await api.publish('while:rotating', { ended: true }))
    expect(() => verify(textOf(ended, 'secret'), last)).not.toThrow()
    expect(() => verify(secret, last)).toThrow()
  })

  it('is refused above 256 KiB and delivered at it', async () => {
    await api.createWebhook({ url: receiver.url, event_types: ['large:one'] })
    const payload = 'x'.repeat(256 * 1024 - 2)
    const [request] = await receivedFor(receiver, await api.publish('large:one', payload))
    expect(request?.body.byteLength).toBe(256 * 1024)
    const tooLarge = await api.call('POST', '/events', { type: 'large:one', payload: `${payload}x` })
    expect(tooLarge.status).toBe(413)
  })
})

function verify(secret: string, request: ReceivedRequest | undefined): unknown {
  const headers = Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)])
  const format = secret.startsWith('whsec_') ? {} : ({ format: 'raw' } as const)
  return new Webhook(secret, format).verify(String(request?.body), Object.fromEntries(headers))
}
