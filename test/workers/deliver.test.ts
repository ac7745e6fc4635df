import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliverHandler } from '../../functions/workers/deliver.ts'
import { lambdaContext } from '../../local/lambda-context.ts'
import { answered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { aBatch } from '../support/queues.ts'

const failures = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
})

describe('the deliver worker', () => {
  let engine: TestEngine
  let whileSending: () => Promise<void>

  beforeEach(async () => {
    whileSending = async () => {}
    engine = await openTestEngine({
      answer: async () => {
        await whileSending()
        return answered(200)
      },
    })
  })

  afterEach(() => engine.close())

  const deliver = (bodies: readonly unknown[], receiveCount?: number) =>
    deliverHandler(engine, engine.log)(aBatch(bodies, receiveCount), lambdaContext('deliver'))

  it('makes one attempt', async () => {
    const message = await engine.firstAttempt(await engine.addWebhook())
    expect(await deliver([message])).toEqual(failures())
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({ status: 'delivered' })
  })

  it('makes several attempts at the same time', async () => {
    const webhook = await engine.addWebhook()
    const messages = await Promise.all(Array.from({ length: 10 }, () => engine.firstAttempt(webhook)))
    let under = 0
    let release = () => {}
    const all = new Promise<void>((resolve) => {
      release = resolve
    })
    // Each request is answered only once all ten are under way.
    whileSending = () => {
      if (++under === 10) release()
      return all
    }
    expect(await deliver(messages)).toEqual(failures())
    expect(engine.requests).toHaveLength(10)
  })

  it('leaves on the queue only what could not be attempted, and says why', async () => {
    const good = await engine.addWebhook()
    const bad = await engine.addWebhook({ secret: await engine.cipher.seal('a secret', good.id) })
    const messages = [
      await engine.firstAttempt(good),
      await engine.firstAttempt(bad),
      await engine.firstAttempt(good),
    ]
    expect(await deliver(messages)).toEqual(failures('m2'))
    expect(engine.requests).toHaveLength(2)
    expect(engine.logged).toMatchObject([
      {
        message: 'an attempt could not be made or logged',
        fields: { message_id: 'm2', delivery_id: messages[1]?.delivery_id },
      },
    ])
  })

  it('counts a receiver that fails as done', async () => {
    const failing = { ...engine, sender: { send: async () => answered(503) } }
    const message = await engine.firstAttempt(await engine.addWebhook())
    const handler = deliverHandler(failing, engine.log)
    expect(await handler(aBatch([message]), lambdaContext('deliver'))).toEqual(failures())
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({ status: 'retrying' })
  })

  it('leaves a malformed message on the queue and attempts the others', async () => {
    const webhook = await engine.addWebhook()
    const message = await engine.firstAttempt(webhook)
    const stranger = await engine.firstAttempt(webhook, { delivery_id: 'dlv_none' })
    const bodies = ['{', { ...message, surprise: true }, message, stranger, { ...message, attempt: 'one' }]
    const { batchItemFailures } = await deliver(bodies)
    expect(batchItemFailures.map((failure) => failure.itemIdentifier).sort()).toEqual([
      'm1',
      'm2',
      'm4',
      'm5',
    ])
    expect(engine.requests).toHaveLength(1)
  })

  it('leaves all on the queue while the store is down, and keeps the ids when they come again', async () => {
    const webhook = await engine.addWebhook()
    const messages = [await engine.firstAttempt(webhook), await engine.firstAttempt(webhook)]
    const repair = engine.breakTable('deliveries')
    expect(await deliver(messages)).toEqual(failures('m1', 'm2'))
    repair()
    expect(await deliver(messages, 2)).toEqual(failures())
    expect(new Set(engine.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(2)
  })

  it('makes no attempt again for a batch that comes again though it was done', async () => {
    const messages = [await engine.firstAttempt(await engine.addWebhook())]
    await deliver(messages)
    expect(await deliver(messages, 2)).toEqual(failures())
    expect(engine.requests).toHaveLength(1)
  })

  it('has nothing to do for an empty batch', async () => {
    expect(await deliver([])).toEqual(failures())
    expect(engine.logged).toEqual([])
  })

  it('logs no payload, secret or header value', async () => {
    const webhook = await engine.addWebhook({ plainHeaders: { 'X-Key': 'open sesame' } })
    const message = await engine.firstAttempt(webhook, { payload: '{"hidden":"treasure"}' })
    engine.breakTable('attempts')
    await deliver([message, { ...message, surprise: 'open sesame' }])
    expect(engine.logged).toHaveLength(2)
    expect(JSON.stringify(engine.logged)).not.toMatch(/treasure|open sesame|shared secret/)
  })
})
