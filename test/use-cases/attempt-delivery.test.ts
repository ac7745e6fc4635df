import { createHmac } from 'node:crypto'
import { Webhook as Standard } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeliveryMessage } from '../../functions/domain/messages.ts'
import type { Outcome } from '../../functions/domain/outcome.ts'
import { attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { answered, unanswered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const minute = 60_000

describe('attemptDelivery', () => {
  let engine: TestEngine
  let outcome: Outcome

  beforeEach(async () => {
    outcome = answered(200)
    engine = await openTestEngine({
      answer: () => {
        engine.advance(120)
        return outcome
      },
    })
  })

  afterEach(() => engine.close())

  const attempt = (message: DeliveryMessage, seen = false) => attemptDelivery(engine, message, seen)

  it('sends the payload signed, under the id of its event', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const webhook = await engine.addWebhook({ plainSecret: secret, url: 'https://ci.example.com/hooks?a=b' })
    const message = await engine.firstAttempt(webhook, { payload: '{"name":"\\u003cnaïve\\u003e"}' })
    expect(await attempt(message)).toBe('attempted')
    const [request] = engine.requests
    expect(request?.url).toBe('https://ci.example.com/hooks?a=b')
    expect(String(request?.body)).toBe('{"name":"\\u003cnaïve\\u003e"}')
    const delivery = await engine.deliveries.find(message.delivery_id)
    expect(request?.headers['webhook-id']).toBe(delivery?.eventId)
    const sentAt = new Date(request?.at ?? 0)
    expect(request?.headers['webhook-timestamp']).toBe(String(Math.floor(sentAt.getTime() / 1_000)))
    expect(request?.headers['X-Sourcegraph-Webhook-Signature']).toBe(
      createHmac('sha256', secret).update(String(request?.body)).digest('hex'),
    )
    expect(request?.headers['webhook-signature']).toBe(
      new Standard(secret).sign(delivery?.eventId ?? '', sentAt, String(request?.body)),
    )
  })

  it.each([
    ['200', answered(200), { status: 'delivered', lastStatus: 200, errored: false }],
    ['204', answered(204), { status: 'delivered', lastStatus: 204, errored: false }],
    ['302', answered(302), { status: 'retrying', lastStatus: 302, errored: true }],
    ['404', answered(404), { status: 'retrying', lastStatus: 404, errored: true }],
    ['503', answered(503), { status: 'retrying', lastStatus: 503, errored: true }],
    ['no answer', unanswered('timeout'), { status: 'retrying', lastStatus: 0, errored: true }],
    ['410', answered(410), { status: 'exhausted', lastStatus: 410, errored: true }],
  ] as const)('logs what became of it after %s', async (_what, result, expected) => {
    outcome = result
    const message = await engine.firstAttempt(await engine.addWebhook())
    await attempt(message)
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({ ...expected, attempts: 1 })
    expect(await engine.deliveryLog.attempts(message.delivery_id)).toMatchObject([
      { number: 1, durationMs: 120 },
    ])
    expect(engine.messages('delivery')).toHaveLength(expected.status === 'retrying' ? 1 : 0)
  })

  it.each([
    ['200 in 50 ms', answered(200), 50, 1],
    ['404 in 50 ms', answered(404), 50, 1],
    ['503 in 50 ms', answered(503), 50, 0],
    ['nothing', unanswered('timeout'), 50, 0],
    ['200 in 51 ms', answered(200), 51, 0],
  ])(
    'tells of a receiver that answered %s before it is logged, if that is well and soon',
    async (_what, result, afterMs, times) => {
      const send = async () => {
        engine.advance(afterMs)
        return result
      }
      const webhook = await engine.addWebhook()
      const message = { ...(await engine.firstAttempt(webhook)), deferrals: 2 }
      const told: unknown[] = []
      const answered = (webhookId: string, { delivery_id: id, attempt, deferrals }: DeliveryMessage) => {
        const isLogged = engine.database.prepare('select 1 from attempts').get() !== undefined
        told.push([webhookId, id, attempt, deferrals, isLogged])
      }
      await attemptDelivery({ ...engine, sender: { send }, answered }, message, false)
      expect(told).toEqual(Array(times).fill([webhook.id, message.delivery_id, 1, 2, false]))
    },
  )

  it('is exhausted when the last attempt of the schedule fails, and looked at no more', async () => {
    outcome = answered(500)
    const message = await engine.firstAttempt(await engine.addWebhook({ retrySchedule: [0, 1_000] }))
    await attempt(message)
    engine.advance(1_000)
    expect(await engine.deliverDue()).toEqual(['attempted'])
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({
      status: 'exhausted',
      attempts: 2,
      nextAttemptAt: null,
      lastError: 'The receiver answered 500.',
    })
    expect(engine.sweepAtOf(message.delivery_id)).toBeNull()
    expect(engine.messages('delivery')).toEqual([])
  })

  it('delivers at the second try, and stays marked as one with an error', async () => {
    outcome = answered(503)
    const message = await engine.firstAttempt(await engine.addWebhook())
    await attempt(message)
    outcome = answered(200)
    engine.advance(5_000)
    await engine.deliverDue()
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({
      status: 'delivered',
      attempts: 2,
      errored: true,
      lastError: null,
    })
    const [first, second] = engine.requests
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp'])
    expect(second?.body).toEqual(first?.body)
  })

  it('turns a webhook off that answers 410', async () => {
    outcome = answered(410)
    const webhook = await engine.addWebhook()
    await attempt(await engine.firstAttempt(webhook))
    expect(await engine.webhooks.get(webhook.id)).toMatchObject({
      enabled: false,
      disabledReason: 'gone',
      disabledAt: engine.now(),
    })
  })

  it.each([
    { waitMs: 5_000, queued: true },
    { waitMs: 15 * minute, queued: true },
    { waitMs: 15 * minute + 1, queued: false },
    { waitMs: 120 * minute, queued: false },
  ])('queues a retry in $waitMs ms: $queued; else the sweep will', async ({ waitMs, queued }) => {
    outcome = answered(503)
    const webhook = await engine.addWebhook({ retrySchedule: [0, waitMs] })
    const message = await engine.firstAttempt(webhook)
    await attempt(message)
    const at = engine.now() + waitMs
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({ nextAttemptAt: at })
    expect(engine.messages('delivery')).toEqual(
      queued
        ? [{ id: `${message.delivery_id}/2`, dueAt: at, body: expect.objectContaining({ attempt: 2 }) }]
        : [],
    )
    expect(engine.sweepAtOf(message.delivery_id)).toBe(queued ? at + 2 * minute : at - minute)
  })

  it('waits longer when the receiver asks for it, at most twice the planned wait', async () => {
    outcome = answered(429, { 'retry-after': '3600' })
    const message = await engine.firstAttempt(await engine.addWebhook())
    await attempt(message)
    expect(engine.messages('delivery')).toMatchObject([{ dueAt: engine.now() + 10_000 }])
  })

  it("sends the values of the webhook's own headers and hides them in the log", async () => {
    const webhook = await engine.addWebhook({ plainHeaders: { 'X-Api-Key': 'open sesame' } })
    const message = await engine.firstAttempt(webhook)
    await attempt(message)
    expect(engine.requests[0]?.headers['X-Api-Key']).toBe('open sesame')
    const [logged] = await engine.deliveryLog.attempts(message.delivery_id)
    expect(logged?.request.headers).toMatchObject({ 'X-Api-Key': '[hidden]', 'User-Agent': 'tests' })
    const rows = JSON.stringify(engine.database.prepare('select * from attempts').all())
    expect(rows).not.toContain('open sesame')
  })

  it.each([
    ['text', Buffer.from('naïve: open sesame'), 'naïve: [hidden]', 'utf8'],
    [
      'bytes',
      Buffer.from('\xffopen sesame', 'latin1'),
      Buffer.from('\xff[hidden]', 'latin1').toString('base64'),
      'base64',
    ],
  ])(
    'hides them where the receiver answers with them in %s too',
    async (_what, body, shown, bodyEncoding) => {
      const headers = { 'x-echo': 'open sesame' }
      outcome = { kind: 'response', response: { status: 500, headers, body, truncated: false } }
      const webhook = await engine.addWebhook({ plainHeaders: { 'X-Api-Key': 'open sesame' } })
      const message = await engine.firstAttempt(webhook)
      await attempt(message)
      const [logged] = await engine.deliveryLog.attempts(message.delivery_id)
      expect(logged?.response).toMatchObject({ headers: { 'x-echo': '[hidden]' }, body: shown, bodyEncoding })
    },
  )
})
