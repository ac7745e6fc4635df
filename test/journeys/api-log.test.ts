import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type CheckedApi, checkedApi, idOf, type Row, rowsOf, textOf } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const numberIn = (payload: string) => z.object({ n: z.number() }).parse(JSON.parse(payload)).n
const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id)

describe('the log', () => {
  let server: TestServer
  let receiver: TestReceiver
  let api: CheckedApi
  let webhook: string
  const events: string[] = []
  let newest: readonly Row[]

  // Ten events in two batches, each accepted within one millisecond; those whose number is a multiple of 3 get through.
  beforeAll(async () => {
    server = await startTestServer({ args: ['--development', '--retry-schedule', '0s,1h'] })
    receiver = await startTestReceiver((request, response) => {
      const n = numberIn(request.body.toString())
      response.statusCode = n % 3 === 0 ? 200 : 503
      response.end(`answer ${n}`)
    })
    api = await checkedApi(server)
    webhook = await api.createWebhook({ url: receiver.url, event_types: ['even:n', 'odd:n'] })
    for (const numbers of [
      [0, 2, 3, 5, 6],
      [8, 9, 11, 12, 14],
    ]) {
      const reply = await api.call(
        'POST',
        '/events',
        numbers.map((n) => ({ type: n % 2 === 0 ? 'even:n' : 'odd:n', payload: { n } })),
      )
      events.push(...idsOf(rowsOf(reply)))
    }
    await until(async () => (await api.deliveries(webhook, '?limit=100')).length === 10)
    newest = await api.list(`/webhooks/${webhook}/deliveries`)
  })

  afterAll(async () => {
    await receiver.close()
    await server.remove()
  })

  const deliveries = (query: string) => api.list(`/webhooks/${webhook}/deliveries${query}`)

  it('lists events newest first', async () => {
    expect(idsOf(await api.list('/events'))).toEqual(events.toSorted().toReversed())
  })

  it('lists events of one type', async () => {
    const found = await api.list('/events?type=odd:n')
    expect(found.map(({ type }) => type)).toEqual(['odd:n', 'odd:n', 'odd:n', 'odd:n'])
  })

  it.each(['/events', 'deliveries'])(
    'walks %s with cursors, each row once, whatever the page',
    async (list) => {
      const path = list === '/events' ? list : `/webhooks/${webhook}/deliveries`
      const all = idsOf(await api.list(path))
      expect(new Set(all).size).toBe(10)
      for (const limit of [1, 3, 5, 10]) {
        const pages = await api.pages(`${path}?limit=${limit}`)
        expect(idsOf(pages.flat())).toEqual(all)
      }
    },
  )

  it('keeps its place under the filters of a walk', async () => {
    const odd = (await api.pages(`/webhooks/${webhook}/deliveries?limit=1&event_type=odd:n`)).flat()
    expect(idsOf(odd)).toEqual(idsOf(newest.filter(({ event_type }) => event_type === 'odd:n')))
    const failed = (await api.pages(`/webhooks/${webhook}/deliveries?limit=2&errors_only=true`)).flat()
    expect(idsOf(failed)).toEqual(idsOf(newest.filter(({ errored }) => errored)))
  })

  it('lists deliveries of one status or of several', async () => {
    const count = async (query: string) => (await deliveries(query)).length
    expect(await count('?status=delivered')).toBe(5)
    expect(await count('?status=retrying')).toBe(5)
    expect(await count('?status=delivered,retrying')).toBe(10)
    expect(await count('?status=pending,exhausted,cancelled')).toBe(0)
    expect(await count('?errors_only=true')).toBe(5)
    expect(await count('?errors_only=false')).toBe(10)
    expect(await count('?errors_only=true&status=delivered')).toBe(0)
    expect(await count('?event_type=even:n&status=delivered')).toBe(3)
  })

  it.each(['/events', 'deliveries'])('lists %s of a range of times, both ends included', async (list) => {
    const path = list === '/events' ? list : `/webhooks/${webhook}/deliveries`
    const rows = await api.list(path)
    const at = (row: Row | undefined) => String(row?.accepted_at ?? row?.created_at)
    const [last, first] = [at(rows[0]), at(rows.at(-1))]
    const within = async (query: string) => (await api.list(`${path}?${query}`)).length
    expect(await within(`from=${first}&to=${last}`)).toBe(10)
    expect(await within(`from=${last}`)).toBe(rows.filter((row) => at(row) >= last).length)
    expect(await within(`to=${first}`)).toBe(rows.filter((row) => at(row) <= first).length)
    expect(await within('to=2020-01-01T00:00:00Z')).toBe(0)
    expect(await within('from=2020-01-01T00:00:00%2B05:30')).toBe(10)
    expect(await within('from=2999-01-01T00:00:00Z')).toBe(0)
  })

  it.each(['status=late', 'status=', 'errors_only=1', 'from=yesterday', 'event_type=*', 'cursor=abc', 'n=1'])(
    'refuses the filter %s',
    async (query) => {
      const reply = await api.call('GET', `/webhooks/${webhook}/deliveries?${query}`)
      expect(reply.status).toBe(422)
    },
  )

  it('refuses a cursor of another list', async () => {
    const cursor = textOf(await api.call('GET', '/events?limit=1'), 'next_cursor')
    expect((await api.call('GET', `/webhooks?cursor=${cursor}`)).status).toBe(422)
  })

  it('shows an event with its payload and its deliveries', async () => {
    const id = String(events[0])
    const event = await api.get(`/events/${id}`)
    expect(event).toMatchObject({
      type: 'even:n',
      payload: { n: 0 },
      payload_bytes: 7,
      webhook_ids: [webhook],
      missed_by: [],
      origin: { kind: 'token' },
    })
    const delivery = newest.find(({ event_id }) => event_id === id)
    expect(event.deliveries).toEqual([delivery])
    expect((await api.call('GET', '/events/evt_00000000000000000000000000')).status).toBe(404)
  })

  it('shows a delivery with its attempts: what was sent, what came back, what was wrong', async () => {
    const failed = newest.find(({ errored }) => errored)
    const { request_body: body, attempts, ...delivery } = await api.get(`/deliveries/${failed?.id}`)
    expect(delivery).toEqual(failed)
    expect(delivery).toMatchObject({
      status: 'retrying',
      attempt_count: 1,
      last_status: 503,
      last_error: 'The receiver answered 503.',
    })
    expect(attempts).toMatchObject([{ duration_ms: delivery.last_duration_ms }])
    const n = numberIn(String(body))
    expect(attempts).toMatchObject([
      {
        number: 1,
        request: {
          method: 'POST',
          url: receiver.url,
          headers: {
            'webhook-id': delivery.event_id,
            'X-Sourcegraph-Webhook-Event-Type': delivery.event_type,
          },
        },
        response: { status: 503, body: `answer ${n}`, body_encoding: 'utf8', truncated: false },
        error: 'The receiver answered 503.',
      },
    ])
  })

  it('lists events about one batch change, and says of each which it is about', async () => {
    const payload = { batch_change_ids: ['b1', 'b2'] }
    const id = idOf(await api.call('POST', '/events', { type: 'about:b', payload }))
    const found = await api.list('/events?batch_change=b2')
    expect(found).toMatchObject([{ id, batch_change_ids: ['b1', 'b2'] }])
    expect(await api.list('/events?batch_change=b2&type=odd:n')).toEqual([])
    expect((await api.call('GET', '/events?batch_change=')).status).toBe(422)
    await api.call('DELETE', `/events/${id}/payload`)
    expect(await api.list('/events?batch_change=b2')).toEqual([])
  })

  it('shows in words why no answer came', async () => {
    const closed = await startTestReceiver()
    await closed.close()
    const id = await api.createWebhook({ url: closed.url, event_types: ['no:one'], retry_schedule: ['0s'] })
    const event = idOf(await api.call('POST', '/events', { type: 'no:one', payload: null }))
    const { id: delivery } = await until(async () => (await api.deliveries(id, '?status=exhausted'))[0])
    expect(await api.get(`/deliveries/${delivery}`)).toMatchObject({
      event_id: event,
      last_status: 0,
      last_error: expect.stringMatching(/refused/),
      request_body: 'null',
      attempts: [{ response: null, error: expect.stringMatching(/refused/) }],
    })
  })

  it('shows an answer that is no text in base64, and cuts one that is long', async () => {
    const answers = await startTestReceiver((request, response) => {
      response.end(request.path === '/binary' ? Buffer.from([0xff, 0xfe]) : 'x'.repeat(20_000))
    })
    const shown = async (path: string) => {
      const id = await api.createWebhook({ url: `${answers.url}${path}`, event_types: ['x:y'] })
      return (await api.call('POST', `/webhooks/${id}/test`, {})).body
    }
    expect(await shown('/binary')).toMatchObject({
      attempts: [{ response: { body: '//4=', body_encoding: 'base64' } }],
    })
    expect(await shown('/long')).toMatchObject({
      attempts: [{ response: { body: 'x'.repeat(16_384), truncated: true } }],
    })
    await answers.close()
  })
})
