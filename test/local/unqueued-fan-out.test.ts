import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FanOutMessage } from '../../functions/domain/messages.ts'
import { unqueuedFanOut } from '../../local/unqueued-fan-out.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { refusing } from '../support/queues.ts'
import { until } from '../support/until.ts'

describe('unqueuedFanOut', () => {
  let engine: TestEngine
  beforeEach(async () => {
    engine = await openTestEngine()
  })
  afterEach(() => engine.close())

  const anEventMessage = async (over: Partial<FanOutMessage> = {}) => {
    const { id, type } = await engine.addEvent()
    return { id, body: { event_id: id, event_type: type, ...over } }
  }
  const idsOn = (queue: 'fan-out' | 'delivery') => engine.messages(queue).map(({ id }) => id)
  const webhooksOf = async (eventId: string) => (await engine.events.fanOutOf(eventId))?.webhookIds

  it('queues the deliveries of an event, and records it, without a message in between', async () => {
    const [one, two] = [await engine.addWebhook(), await engine.addWebhook()]
    const message = await anEventMessage()
    expect(await unqueuedFanOut(engine, engine.fanOutQueue).send([message])).toEqual([])
    expect(idsOn('delivery')).toHaveLength(2)
    await until(async () => (await webhooksOf(message.id)) !== undefined)
    expect((await webhooksOf(message.id))?.toSorted()).toEqual([one.id, two.id].sort())
    expect(idsOn('fan-out')).toEqual([])
  })

  it('has recorded an event that no webhook wants once it resolves: nothing else makes it durable', async () => {
    const message = await anEventMessage()
    await unqueuedFanOut(engine, engine.fanOutQueue).send([message])
    expect(await webhooksOf(message.id)).toEqual([])
  })

  it('leaves repeats, and what is for later, to the queue', async () => {
    await engine.addWebhook()
    const repeat = await anEventMessage({ repeat: true })
    const later = { ...(await anEventMessage()), notBefore: engine.now() + 1_000 }
    await unqueuedFanOut(engine, engine.fanOutQueue).send([repeat, later])
    expect(idsOn('fan-out').toSorted()).toEqual([repeat.id, later.id].sort())
    expect(idsOn('delivery')).toEqual([])
  })

  it('leaves events to the queue from where all webhooks of a request together are many', async () => {
    for (let nth = 0; nth < 70; nth++) await engine.addWebhook()
    const messages = [await anEventMessage(), await anEventMessage(), await anEventMessage()]
    await unqueuedFanOut(engine, engine.fanOutQueue).send(messages)
    expect(idsOn('delivery')).toHaveLength(140)
    expect(idsOn('fan-out')).toEqual([messages[2]?.id])
  })

  it.each(['messages', 'fan_outs'] as const)('queues an event where the table %s fails', async (table) => {
    await engine.addWebhook()
    const message = await anEventMessage()
    const repair = engine.breakTable(table, {
      when: table === 'messages' ? "new.queue = 'delivery'" : 'true',
    })
    expect(await unqueuedFanOut(engine, engine.fanOutQueue).send([message])).toEqual([])
    await until(() => idsOn('fan-out').length === 1)
    repair()
    await until(async () => {
      await engine.fanOutDue()
      return idsOn('fan-out').length === 0
    })
    expect(idsOn('delivery')).toHaveLength(1)
    expect(await webhooksOf(message.id)).toHaveLength(1)
  })

  it('queues an event one of whose deliveries is refused, and no other', async () => {
    await engine.addWebhook()
    const [good, bad] = [await anEventMessage(), await anEventMessage()]
    const deliveryQueue = refusing(engine.deliveryQueue, (id) => id.includes(bad.id.slice(4)))
    await unqueuedFanOut({ ...engine, deliveryQueue }, engine.fanOutQueue).send([good, bad])
    await until(() => idsOn('fan-out').length === 1)
    expect(idsOn('fan-out')).toEqual([bad.id])
    expect(idsOn('delivery')).toHaveLength(1)
  })

  it('rejects when neither takes the event', async () => {
    await engine.addWebhook()
    const message = await anEventMessage()
    engine.breakTable('messages')
    await expect(unqueuedFanOut(engine, engine.fanOutQueue).send([message])).rejects.toThrow(
      'the disk is full',
    )
  })
})
