import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badFieldsOf, type CheckedApi, checkedApi, idOf, textOf } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const since = '2020-01-01T00:00:00Z'

describe('a replay', () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi
  let isDown = false

  beforeAll(async () => {
    server = await startTestServer({ args: ['--development', '--retry-schedule', '0s'] })
    receiver = await startTestReceiver((_request, response) => {
      response.writeHead(isDown ? 503 : 200).end()
    })
    api = await checkedApi(server)
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  const replay = (webhook: string, body: Record<string, unknown>) =>
    api.call('POST', `/webhooks/${webhook}/replay`, { since, ...body })
  const turn = (webhook: string, enabled: boolean) => api.call('PATCH', `/webhooks/${webhook}`, { enabled })
  const over = (id: string) =>
    until(async () => {
      const found = await api.get(`/replays/${id}`)
      return found.status !== 'running' && found
    })
  const requestsTo = (path: string) =>
    receiver.requests.filter((request) => request.path === path).map(({ headers }) => headers['webhook-id'])

  /** A webhook of its own type that is off, and events that it has missed. */
  async function withMissed(name: string, count: number) {
    const type = `event:${name}`
    const settings = { url: `${receiver.url}/${name}`, event_types: [type], enabled: false }
    const webhook = await api.createWebhook(settings)
    const events = await Promise.all(Array.from({ length: count }, (_, n) => api.publish(type, { n })))
    for (const event of events)
      await until(async () => (await api.get(`/events/${event}`)).fanned_out_at !== null)
    return { webhook, events: events.toSorted() }
  }

  it('sends what a webhook missed while it was off, under the same webhook-id', async () => {
    const { webhook, events } = await withMissed('missed', 5)
    await turn(webhook, true)
    const reply = await replay(webhook, { include: 'missed' })
    expect(reply.status).toBe(202)
    expect(reply.headers.get('location')).toBe(`../../replays/${idOf(reply)}`)
    expect(reply.body).toMatchObject({
      status: 'running',
      rate: 50,
      dry_run: false,
      examined: 0,
      progress: 0,
    })
    expect(await over(idOf(reply))).toMatchObject({
      ...{ status: 'finished', reason: null, matched: 5, queued: 5, skipped: 0, progress: 1 },
      finished_at: expect.any(String),
    })
    await until(() => requestsTo('/missed').length === 5)
    expect(requestsTo('/missed').toSorted()).toEqual(events)
    const deliveries = await until(async () => {
      const found = await api.list(`/webhooks/${webhook}/deliveries?status=delivered`)
      return found.length === 5 && found
    })
    for (const delivery of deliveries)
      expect(delivery).toMatchObject({ trigger: 'replay', replay_id: idOf(reply) })
    expect(await api.get(`/events/${events[0]}`)).toMatchObject({ deliveries: [{ replay_id: idOf(reply) }] })
    expect((await replay(webhook, { include: 'missed', dry_run: true })).body).toMatchObject({ matched: 0 })
  })

  it('sends what failed once the receiver is well, and by default nothing else', async () => {
    const [good, bad] = ['fine', 'failing'].map((name) => `event:${name}`)
    const webhook = await api.createWebhook({ url: `${receiver.url}/failing`, event_types: [good, bad] })
    await api.publish(good ?? '', {})
    await until(async () => (await api.deliveries(webhook, '?status=delivered')).length === 1)
    isDown = true
    const event = await api.publish(bad ?? '', {})
    const [failed] = await until(async () => {
      const found = await api.list(`/webhooks/${webhook}/deliveries?status=exhausted`)
      return found.length > 0 && found
    })
    isDown = false
    expect(failed).toMatchObject({ replay_id: null, trigger: 'event' })
    const reply = await replay(webhook, {})
    expect(reply.body).toMatchObject({ include: 'failed' })
    expect(await over(idOf(reply))).toMatchObject({ examined: 1, matched: 1, queued: 1 })
    await until(async () => (await api.deliveries(webhook, '?status=delivered')).length === 2)
    expect(requestsTo('/failing').slice(1)).toEqual([event, event])
  })

  it('counts first, also while the webhook is off', async () => {
    const { webhook } = await withMissed('counted', 3)
    const reply = await replay(webhook, { include: 'missed', dry_run: true })
    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({
      status: 'finished',
      dry_run: true,
      matched: 3,
      queued: 0,
      progress: 1,
    })
    expect(requestsTo('/counted')).toEqual([])
    const refused = await replay(webhook, { include: 'missed' })
    expect(refused.status).toBe(409)
    expect(textOf(refused, 'detail')).toContain('Enable it first')
    const rows = await api.list(`/webhooks/${webhook}/replays`)
    expect(rows).toMatchObject([{ id: idOf(reply) }])
  })

  it('runs alone, goes at its rate, and ends when it is cancelled', async () => {
    const { webhook } = await withMissed('slow', 30)
    await turn(webhook, true)
    const reply = await replay(webhook, { include: 'missed', rate: 1 })
    const second = await replay(webhook, { include: 'all', dry_run: true })
    expect(second.status).toBe(409)
    expect(textOf(second, 'detail')).toContain(`POST /replays/${idOf(reply)}/cancel`)
    await until(async () => Number((await api.get(`/replays/${idOf(reply)}`)).queued) > 0)
    const cancelled = await api.call('POST', `/replays/${idOf(reply)}/cancel`)
    expect(cancelled.body).toMatchObject({ status: 'cancelled', reason: null })
    expect((await api.call('POST', `/replays/${idOf(reply)}/cancel`)).body).toMatchObject({
      status: 'cancelled',
    })
    const { queued } = await api.get(`/replays/${idOf(reply)}`)
    expect(queued).toBeLessThan(10)
    const rest = await replay(webhook, { include: 'missed', rate: 500 })
    await over(idOf(rest))
    await until(() => requestsTo('/slow').length === 30)
    expect(new Set(requestsTo('/slow')).size).toBe(30)
    const pages = await api.pages(`/webhooks/${webhook}/replays?limit=1`)
    expect(pages.flat().map(({ id }) => id)).toEqual([idOf(rest), idOf(reply)])
  })

  it('names every bad field', async () => {
    const { webhook } = await withMissed('bad', 0)
    expect(
      badFieldsOf(
        await api.call('POST', `/webhooks/${webhook}/replay`, { rate: 501, include: 'some', other: 1 }),
      ),
    ).toEqual(['since', 'include', 'rate', 'other'])
    const inTheFuture = new Date(Date.now() + 60_000).toISOString()
    expect(badFieldsOf(await replay(webhook, { since: inTheFuture, dry_run: true }))).toEqual(['since'])
    expect(badFieldsOf(await replay(webhook, { until: '2019-01-01T00:00:00Z', dry_run: true }))).toEqual([
      'until',
    ])
  })

  it('is not there when it never was, or its webhook is gone', async () => {
    const { webhook } = await withMissed('deleted', 1)
    const { body } = await replay(webhook, { dry_run: true })
    const { id } = { id: idOf({ status: 200, headers: new Headers(), body }) }
    await api.call('DELETE', `/webhooks/${webhook}`)
    for (const path of [
      `/replays/${id}`,
      '/replays/rpl_0000000000000000',
      '/replays/nonsense',
      `/webhooks/${webhook}/replays`,
    ])
      expect((await api.call('GET', path)).status).toBe(404)
    expect((await replay(webhook, {})).status).toBe(404)
  })
})
