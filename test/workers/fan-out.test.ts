import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Event } from '../../functions/domain/event.ts'
import { deliveryId } from '../../functions/domain/ids.ts'
import { fanOutHandler } from '../../functions/workers/fan-out.ts'
import { lambdaContext } from '../../local/lambda-context.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { aBatch, refusing } from '../support/queues.ts'

const failures = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
})
const messageOf = ({ id, type }: Event) => ({ event_id: id, event_type: type })

describe('the fan-out worker', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  const fanOut = (bodies: readonly unknown[], receiveCount?: number) =>
    fanOutHandler(engine, engine.log)(aBatch(bodies, receiveCount), lambdaContext('fan-out'))

  it('fans one event out', async () => {
    const webhook = await engine.addWebhook()
    const event = await engine.addEvent()
    expect(await fanOut([messageOf(event)])).toEqual(failures())
    expect(await engine.events.fanOutOf(event.id)).toMatchObject({ webhookIds: [webhook.id] })
    expect(engine.messages('delivery')).toHaveLength(1)
  })

  it('fans several events out', async () => {
    await engine.addWebhook()
    await engine.addWebhook()
    const events = await Promise.all(Array.from({ length: 10 }, () => engine.addEvent()))
    expect(await fanOut(events.map(messageOf))).toEqual(failures())
    expect(engine.messages('delivery')).toHaveLength(20)
  })

  it('leaves on the queue only the event that the delivery queue would not take', async () => {
    const webhook = await engine.addWebhook()
    const events = [await engine.addEvent(), await engine.addEvent(), await engine.addEvent()]
    const refused = deliveryId({ eventId: events[1]?.id ?? '', webhookId: webhook.id })
    const deps = { ...engine, deliveryQueue: refusing(engine.deliveryQueue, (id) => id.startsWith(refused)) }
    const handler = fanOutHandler(deps, engine.log)
    expect(await handler(aBatch(events.map(messageOf)), lambdaContext('fan-out'))).toEqual(failures('m2'))
    expect(await fanOut(events.slice(1, 2).map(messageOf), 2)).toEqual(failures())
    expect(engine.messages('delivery')).toHaveLength(3)
  })

  it('leaves a malformed message on the queue and fans the others out', async () => {
    const event = await engine.addEvent()
    const bodies = ['', { event_id: event.id }, messageOf(event), { ...messageOf(event), repeat: 'yes' }]
    expect(await fanOut(bodies)).toEqual(failures('m1', 'm2', 'm4'))
    expect(await engine.events.fanOutOf(event.id)).toBeDefined()
    expect(engine.logged).toHaveLength(3)
  })

  it.each(['messages', 'fan_outs'] as const)(
    'fails while %s cannot be written, and sends nothing twice when the batch comes again',
    async (table) => {
      await engine.addWebhook()
      const events = [await engine.addEvent(), await engine.addEvent()]
      const repair = engine.breakTable(table)
      await expect(fanOut(events.map(messageOf))).rejects.toThrow('the disk is full')
      repair()
      expect(await fanOut(events.map(messageOf), 2)).toEqual(failures())
      await engine.deliverDue()
      expect(engine.requests).toHaveLength(2)
    },
  )

  it('does nothing for a batch that comes again though it was done', async () => {
    await engine.addWebhook()
    const messages = [messageOf(await engine.addEvent())]
    await fanOut(messages)
    await engine.deliverDue()
    expect(await fanOut(messages, 2)).toEqual(failures())
    expect(engine.messages('delivery')).toEqual([])
  })

  it('has nothing to do for an empty batch', async () => {
    expect(await fanOut([])).toEqual(failures())
    expect(engine.messages('delivery')).toEqual([])
  })
})
