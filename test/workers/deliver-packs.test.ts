import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliveryId } from '../../functions/domain/ids.ts'
import type { DeliveryQueue } from '../../functions/domain/messages.ts'
import type { Webhook } from '../../functions/domain/webhook.ts'
import { deliverHandler } from '../../functions/workers/deliver.ts'
import { lambdaContext } from '../../local/lambda-context.ts'
import { answered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { aBatch, refusing } from '../support/queues.ts'

describe('the deliver worker with deliveries that travel together', () => {
  let engine: TestEngine
  let good: readonly Webhook[]
  let bad: Webhook

  beforeEach(async () => {
    engine = await openTestEngine({
      answer: ({ url }) => answered(url.endsWith('/down') ? 503 : 200),
    })
    good = [
      await engine.addWebhook({ url: 'https://ci.example.com/one' }),
      await engine.addWebhook({ url: 'https://ci.example.com/down' }),
    ]
    const { id } = await engine.addWebhook()
    bad = await engine.addWebhook({ secret: await engine.cipher.seal('a secret', id) })
  })

  afterEach(() => engine.close())

  const aPack = async (webhooks: readonly Webhook[]) => {
    const { id: eventId, type } = await engine.addEvent()
    return {
      delivery_ids: webhooks.map(({ id: webhookId }) => deliveryId({ eventId, webhookId })),
      event_type: type,
      payload: '{}',
    }
  }
  const deliver = async (
    bodies: readonly unknown[],
    receiveCount?: number,
    deliveryQueue: DeliveryQueue = engine.deliveryQueue,
  ) => {
    const handler = deliverHandler({ ...engine, deliveryQueue }, engine.log)
    const { batchItemFailures } = await handler(aBatch(bodies, receiveCount), lambdaContext('deliver'))
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
  }
  const statusesOf = async ({ delivery_ids: ids }: { delivery_ids: readonly string[] }) =>
    Promise.all(ids.map(async (id) => (await engine.deliveries.find(id))?.status))
  const requestsTo = (path: string) => engine.requests.filter(({ url }) => url.endsWith(path)).length

  it('makes all attempts of a pack, and is done with it', async () => {
    const pack = await aPack(good)
    expect(await deliver([pack])).toEqual([])
    expect(await statusesOf(pack)).toEqual(['delivered', 'retrying'])
    expect(engine.requests.map(({ body }) => Buffer.from(body).toString())).toEqual(['{}', '{}'])
    // The retry goes alone.
    expect(engine.messages('delivery').map(({ body }) => body)).toMatchObject([
      { delivery_id: pack.delivery_ids[1], attempt: 2 },
    ])
  })

  it('makes a hundred attempts of one batch', async () => {
    const webhooks = await Promise.all(Array.from({ length: 10 }, () => engine.addWebhook()))
    const packs = await Promise.all(Array.from({ length: 10 }, () => aPack(webhooks)))
    expect(await deliver(packs)).toEqual([])
    expect(engine.requests).toHaveLength(100)
  })

  it('sends on alone what could not be attempted, and no other comes again', async () => {
    const pack = await aPack([...good, bad])
    expect(await deliver([pack])).toEqual([])
    expect(await statusesOf(pack)).toEqual(['delivered', 'retrying', undefined])
    const alone = {
      delivery_id: pack.delivery_ids[2],
      event_type: pack.event_type,
      payload: '{}',
      attempt: 1,
      trigger: 'event',
      seen: true,
    }
    expect(engine.messages('delivery').map(({ body }) => body)).toContainEqual(alone)
    // As any message that our own fault keeps on the queue, by itself from then on.
    expect(await deliver([alone])).toEqual(['m1'])
    expect(engine.requests).toHaveLength(2)
  })

  it('leaves a pack on the queue of which nothing could be attempted', async () => {
    const pack = await aPack([bad])
    expect(await deliver([pack, await aPack(good)])).toEqual(['m1'])
    expect(engine.messages('delivery')).toHaveLength(1)
  })

  it('leaves a pack on the queue that cannot be sent on, and makes no attempt again when it comes', async () => {
    const pack = await aPack([...good, bad])
    const isRetry = (id = '') => id.endsWith('/2')
    const full = refusing(engine.deliveryQueue, (id) => !isRetry(id))
    expect(await deliver([pack], 1, full)).toEqual(['m1'])
    const down: DeliveryQueue = {
      send: async (messages) => {
        if (!isRetry(messages[0]?.id)) throw new Error('The queue is down.')
        return []
      },
    }
    expect(await deliver([pack], 2, down)).toEqual(['m1'])
    expect(await deliver([pack], 3)).toEqual([])
    expect([requestsTo('/one'), requestsTo('/down')]).toEqual([1, 1])
  })

  it('makes no attempt again for a pack that comes again though it was done', async () => {
    const pack = await aPack(good)
    await deliver([pack])
    expect(await deliver([pack], 2)).toEqual([])
    expect(engine.requests).toHaveLength(2)
  })

  it('treats what is sent on as a message that came before', async () => {
    const pack = await aPack(good)
    await deliver([pack])
    // Whoever logged the failure died before queueing the retry, and all that is left is the message sent on.
    for (const { id } of engine.messages('delivery'))
      engine.database.prepare('delete from messages where id = ?').run(id)
    const { delivery_ids: ids, ...shared } = pack
    await deliver([{ ...shared, delivery_id: ids[1], attempt: 1, trigger: 'event', seen: true }])
    expect(engine.messages('delivery').map(({ body }) => body)).toMatchObject([
      { delivery_id: ids[1], attempt: 2 },
    ])
  })

  it('leaves a pack that does not parse on the queue', async () => {
    const pack = await aPack(good)
    expect(await deliver([{ ...pack, attempt: 2 }, pack])).toEqual(['m1'])
    expect(engine.requests).toHaveLength(2)
  })
})
