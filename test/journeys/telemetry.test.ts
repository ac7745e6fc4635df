import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { type Observed, onAws, onSqlite } from '../support/telemetry.ts'

const Attempts = z.object({
  id: z.string(),
  status: z.string(),
  attempts: z.array(z.object({ number: z.number(), response: z.object({ status: z.number() }).nullable() })),
})
const answers: Readonly<Record<string, (nth: number) => number>> = {
  '/well': () => 200,
  '/flaky': (nth) => (nth === 1 ? 503 : 200),
  '/down': () => 500,
  '/gone': () => 410,
}

describe.each([
  { engine: 'the embedded server', open: onSqlite },
  { engine: 'the functions on AWS', open: onAws },
])('what $engine observes', ({ open }) => {
  let observed: Observed
  let receiver: TestReceiver
  let webhooks: Readonly<Record<string, string>>

  beforeEach(async () => {
    const asked = new Map<string, number>()
    receiver = await startTestReceiver(({ path }, response) => {
      const [place = ''] = path.split('?')
      asked.set(place, (asked.get(place) ?? 0) + 1)
      response.writeHead(answers[place]?.(asked.get(place) ?? 0) ?? 404).end('the-answer-of-the-receiver')
    })
    observed = await open()
    const { api } = observed
    const add = (path: string) => api.createWebhook({ url: `${receiver.url}${path}?key=secret-in-a-query` })
    const paths = Object.keys(answers)
    webhooks = Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await add(path)])))
    const off = await add('/off')
    await api.call('PATCH', `/webhooks/${off}`, { enabled: false })
  })

  afterEach(async () => {
    await observed.close()
    await receiver.close()
  })

  const fieldsOf = (message: string) =>
    observed.lines.filter((line) => line.message === message).map(({ fields = {} }) => fields)

  /** Posts one event and its repeat, and lets all of it happen; resolves with the answers. */
  async function run() {
    const event = {
      type: 'batch_change:apply',
      payload: { text: 'secret-of-a-payload' },
      idempotency_key: 'k',
    }
    const first = await observed.api.call('POST', '/events', event)
    await observed.settle(
      () => fieldsOf('delivery attempted').length === 6 && fieldsOf('webhook disabled').length === 1,
    )
    const second = await observed.api.call('POST', '/events', event)
    return { first, second, id: z.object({ id: z.string() }).parse(first.body).id }
  }

  it('follows one event by one id, from the call that brought it to what its receivers were sent', async () => {
    const { first, second, id } = await run()
    expect(fieldsOf('event accepted')).toEqual(
      [first, second].map(({ headers }, nth) => ({
        ...{
          event_id: id,
          event_type: 'batch_change:apply',
          origin: 'token',
          origin_id: 'tok_0000000000000000',
        },
        ...{ payload_bytes: 30, duplicate: nth === 1, request_id: headers.get('x-request-id') },
        duration_ms: expect.any(Number),
      })),
    )
    expect(first.headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/)
    expect(fieldsOf('event fanned out')).toEqual([
      {
        ...{ event_id: id, event_type: 'batch_change:apply', webhooks: 4, missed: 1 },
        age_ms: expect.any(Number),
      },
    ])
    expect(new Set(fieldsOf('delivery attempted').map(({ event_id }) => event_id))).toEqual(new Set([id]))
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]))
    expect(fieldsOf('webhook disabled')).toEqual([{ webhook_id: webhooks['/gone'], reason: 'gone' }])
  })

  it('says of each attempt what the log says of it', async () => {
    await run()
    for (const webhookId of Object.values(webhooks)) {
      const [delivery] = await observed.api.deliveries(webhookId)
      const reply = await observed.api.call('GET', `/deliveries/${delivery?.id}`)
      const { attempts, status } = Attempts.parse(reply.body)
      const lines = fieldsOf('delivery attempted').filter(({ webhook_id }) => webhook_id === webhookId)
      expect(lines.map((line) => [line.delivery_id, line.attempt, line.status_code])).toEqual(
        attempts.map(({ number, response }) => [delivery?.id, number, response?.status]),
      )
      expect(lines.at(-1)).toMatchObject({ status, trigger: 'event', event_type: 'batch_change:apply' })
      expect(lines.at(-1)?.next_attempt_at).toBeUndefined()
    }
    const retried = fieldsOf('delivery attempted').find(({ webhook_id }) => webhook_id === webhooks['/flaky'])
    expect(retried).toMatchObject({ status: 'retrying', error: 'The receiver answered 503.' })
    expect(Date.parse(String(retried?.next_attempt_at))).toBeGreaterThan(0)
  })

  it('counts what the log counts', async () => {
    await run()
    expect(await observed.counted()).toEqual({
      ...{ accepted: 1, repeated: 1, fannedOut: 4, attempts: 6, failed: 4 },
      ...{ firstAttempts: 4, exhausted: 2, disabled: 1 },
    })
  })

  it('tells no payload, no answer and no query', async () => {
    await run()
    expect(JSON.stringify(observed.lines)).not.toMatch(/secret-|the-answer|http:/)
  })
})
