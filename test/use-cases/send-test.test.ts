import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotFound, Unavailable } from '../../functions/domain/errors.ts'
import { sendTest } from '../../functions/use-cases/send-test.ts'
import { answered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { refusing } from '../support/queues.ts'

describe('sendTest', () => {
  let engine: TestEngine
  let status: number

  beforeEach(async () => {
    status = 200
    engine = await openTestEngine({ answer: () => answered(status) })
  })

  afterEach(() => engine.close())

  /** The worker comes round whenever the use case pauses. */
  const withWorker = () => ({
    ...engine,
    pause: async (durationMs: number) => {
      engine.advance(durationMs)
      await engine.deliverDue()
    },
  })
  const withoutWorker = () => ({ ...engine, pause: async (ms: number) => engine.advance(ms) })

  const aTest = (webhookId: string) => ({
    webhookId,
    eventType: 'batch_change:apply',
    payload: Buffer.from('{"sample":true}'),
  })

  it.each([
    { enabled: true, on: 'on' },
    { enabled: false, on: 'off' },
  ])('sends a sample to a webhook that is $on and returns what came of it', async ({ enabled }) => {
    const { id: webhookId } = await engine.addWebhook({ enabled })
    const { id, finished } = await sendTest(withWorker(), aTest(webhookId))
    expect(finished).toMatchObject({ id, webhookId, trigger: 'test', status: 'delivered', attempts: 1 })
    expect(engine.requests.map(({ body }) => String(body))).toEqual(['{"sample":true}'])
  })

  it('sends it once, though the receiver fails', async () => {
    status = 503
    const { id: webhookId } = await engine.addWebhook()
    const { finished } = await sendTest(withWorker(), aTest(webhookId))
    expect(finished).toMatchObject({ status: 'exhausted', lastStatus: 503 })
    expect(engine.messages('delivery')).toEqual([])
  })

  it('leaves a webhook on that answers a test with 410', async () => {
    status = 410
    const { id: webhookId } = await engine.addWebhook()
    await sendTest(withWorker(), aTest(webhookId))
    expect(await engine.webhooks.get(webhookId)).toMatchObject({ enabled: true })
  })

  it('keeps the event, with the webhook as its origin, and fans it out to no other', async () => {
    await engine.addWebhook()
    const { id: webhookId } = await engine.addWebhook()
    const { finished } = await sendTest(withWorker(), aTest(webhookId))
    expect(await engine.events.get(finished?.eventId ?? '')).toMatchObject({
      origin: { kind: 'test', id: webhookId },
      fanOut: { webhookIds: [webhookId], missedBy: [] },
    })
    expect(engine.messages('fan-out')).toEqual([])
    expect(engine.requests).toHaveLength(1)
  })

  it('gives up waiting after 20 s; the test is sent all the same', async () => {
    const { id: webhookId } = await engine.addWebhook()
    const startedAt = engine.now()
    const { id, finished } = await sendTest(withoutWorker(), aTest(webhookId))
    expect(finished).toBeUndefined()
    expect(engine.now() - startedAt).toBe(20_000)
    await engine.deliverDue()
    expect(await engine.deliveries.find(id)).toMatchObject({ status: 'delivered' })
  })

  it('sends a large sample too', async () => {
    const { id: webhookId } = await engine.addWebhook()
    const payload = Buffer.from(JSON.stringify({ text: 'x'.repeat(40_000) }))
    await sendTest(withWorker(), { ...aTest(webhookId), payload })
    expect(payload.equals(engine.requests[0]?.body ?? Buffer.alloc(0))).toBe(true)
  })

  it('throws NotFound when there is no such webhook, and stores nothing', async () => {
    await expect(sendTest(withWorker(), aTest('whk_01kaqc3h5n8r2c4x'))).rejects.toThrow(NotFound)
    expect((await engine.events.list({ limit: 10 })).items).toEqual([])
  })

  it('throws NotFound, and waits no longer, once the webhook is deleted meanwhile', async () => {
    const { id: webhookId, version } = await engine.addWebhook()
    const deps = {
      ...engine,
      pause: async (durationMs: number) => {
        engine.advance(durationMs)
        await engine.webhooks.remove(webhookId, version)
      },
    }
    const startedAt = engine.now()
    await expect(sendTest(deps, aTest(webhookId))).rejects.toThrow(NotFound)
    expect(engine.now() - startedAt).toBeLessThan(1_000)
  })

  it('throws Unavailable when the queue refuses', async () => {
    const { id: webhookId } = await engine.addWebhook()
    const deps = { ...withWorker(), deliveryQueue: refusing(engine.deliveryQueue, () => true) }
    await expect(sendTest(deps, aTest(webhookId))).rejects.toThrow(Unavailable)
  })
})
