import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { namesIn, seriesOf } from '../support/exposition.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describe('GET /metrics', () => {
  let server: TestServer

  beforeEach(async () => {
    server = await startTestServer()
  })
  afterEach(() => server.remove())

  const metrics = async () => server.api.text('/metrics')

  it('takes a token that may read, and no other', async () => {
    const status = async (token: string | undefined, method = 'GET') =>
      (await server.api.as(token).call(method, '/metrics')).status
    expect(await status(undefined)).toBe(401)
    expect(await status('none of ours')).toBe(401)
    expect(await status(await server.api.createToken(['publish']))).toBe(403)
    const reader = server.api.as(await server.api.createToken(['read']))
    expect(namesIn(await reader.text('/metrics'))).toContain('outgoing_webhooks_queue_messages')
    expect(await status('none of ours', 'POST')).toBe(405)
  })

  it('counts answers by route, without what varies in it', async () => {
    await server.api.call('GET', '/webhooks/whk_0000000000000000')
    await server.api.call('GET', '/webhooks/whk_0000000000000001')
    await server.api.call('GET', '/no/such/page')
    await server.api.as(undefined).call('GET', '/events')
    const series = seriesOf(await metrics())
    const requests = [...series].filter(([name]) => name.startsWith('outgoing_webhooks_http_requests_total'))
    expect(Object.fromEntries(requests)).toEqual({
      'outgoing_webhooks_http_requests_total{method="GET",route="/webhooks/{id}",status="404"}': 2,
      'outgoing_webhooks_http_requests_total{method="GET",route="none",status="404"}': 1,
      'outgoing_webhooks_http_requests_total{method="GET",route="/events",status="401"}': 1,
    })
  })

  it('tells of the process and of empty queues from the start', async () => {
    const series = seriesOf(await metrics())
    expect(series.get('process_resident_memory_bytes')).toBeGreaterThan(0)
    for (const queue of ['fan-out', 'delivery']) {
      expect(series.get(`outgoing_webhooks_queue_messages{queue="${queue}",state="due"}`)).toBe(0)
      expect(series.get(`outgoing_webhooks_dead_letters{queue="${queue}"}`)).toBe(0)
    }
  })

  it('has every metric that the examples and the documents ask for', async () => {
    const names = namesIn(await metrics())
    const texts = ['examples/prometheus/alerts.yml', 'docs/operations.md'].map((file) =>
      readFileSync(file, 'utf8'),
    )
    const asked = texts.flatMap((text) => text.match(/\boutgoing_webhooks_[a-z_]+/g) ?? [])
    expect(asked.length).toBeGreaterThan(8)
    const known = names.flatMap((name) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`])
    expect(asked.filter((name) => !known.includes(name))).toEqual([])
  })

  it('leads from every example alert to a heading that is there', () => {
    const headings = [...readFileSync('docs/operations.md', 'utf8').matchAll(/^#+ (.+)$/gm)]
    const anchors = headings.map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(' ', '-')
        .replace(/[^\w-]/g, ''),
    )
    const asked = [
      ...readFileSync('examples/prometheus/alerts.yml', 'utf8').matchAll(/operations\.md#([\w-]+)/g),
    ]
    expect(asked).toHaveLength(6)
    for (const [, anchor] of asked) expect(anchors).toContain(anchor)
  })
})
