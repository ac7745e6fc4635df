import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAwsService } from '../support/aws-service.ts'
import { CheckedApi, checkedApi, idOf } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

interface Engine {
  readonly api: CheckedApi
  /** Has what is due handled, where nobody does so unasked. */
  readonly handle: () => Promise<void>
  readonly close: () => Promise<void>
}

async function embedded(): Promise<Engine> {
  const server = await startTestServer({ args: ['--development', '--retry-schedule', '0s,1h'] })
  return { api: await checkedApi(server), handle: async () => {}, close: () => server.remove() }
}

async function onAws(): Promise<Engine> {
  const service = await openAwsService({ settings: { RETRY_SCHEDULE: '0s,1h' } })
  const api = new CheckedApi(service.api.url, 'operator-token-of-the-tests')
  return { api, handle: service.drain, close: service.close }
}

describe.each([
  ['the embedded server', embedded],
  ['AWS', onAws],
])('GET /health/webhooks on %s', (_, open) => {
  let engine: Engine
  let receiver: TestReceiver
  beforeAll(async () => {
    engine = await open()
    receiver = await startTestReceiver(({ path }, response) =>
      response.writeHead(path === '/gone' ? 410 : path === '/missing' ? 404 : 200).end(),
    )
  })
  afterAll(async () => {
    await engine.close()
    await receiver.close()
  })

  const inTrouble = () => engine.api.list('/health/webhooks')

  it('names nobody while all is well', async () => {
    await engine.api.createWebhook({ url: `${receiver.url}/well`, event_types: ['a:b'] })
    await engine.api.createWebhook({ url: receiver.url, event_types: ['a:b'], enabled: false })
    await engine.api.publish('a:b', {})
    await engine.handle()
    await receiver.arrived(1)
    expect(await inTrouble()).toEqual([])
  })

  it('names those in trouble, with what is wrong, the last error and what waits', async () => {
    const { api, handle } = engine
    const gone = await api.createWebhook({ url: `${receiver.url}/gone`, event_types: ['a:b'] })
    const missing = await api.createWebhook({
      url: `${receiver.url}/missing`,
      event_types: ['a:b'],
      description: 'moved away',
    })
    const since = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString()
    await api.publish('a:b', {})
    await handle()
    const event = idOf(await api.call('POST', '/events', { type: 'a:b', payload: {} }))
    await handle()
    const found = await until(async () => {
      const rows = await inTrouble()
      return rows.length === 2 && rows[0]?.failed_attempts === 2 && rows[1]?.last_error !== null && rows
    })
    const [first, second] = found
    expect(first).toMatchObject({
      ...{ id: missing, url: `${receiver.url}/missing`, description: 'moved away' },
      ...{ state: 'failing', failed_attempts: 2, disabled_reason: null, breaker: null },
      last_error: {
        delivery_id: expect.stringContaining(event.slice(4)),
        message: 'The receiver answered 404.',
      },
      waiting: { deliveries: 2, is_all: true },
    })
    expect(String(first?.since) >= since).toBe(true)
    expect(second).toMatchObject({
      ...{ id: gone, state: 'disabled', failed_attempts: null, disabled_reason: 'gone' },
      last_error: { message: expect.stringContaining('410 Gone') },
      waiting: { deliveries: 0, is_all: true },
    })
    const pages = await api.pages('/health/webhooks?limit=1')
    expect(pages.flat().map(({ id }) => id)).toEqual([missing, gone])
  })
})
