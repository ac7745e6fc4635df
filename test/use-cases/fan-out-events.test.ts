import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Event } from '../../functions/domain/event.ts'
import { deliveryId } from '../../functions/domain/ids.ts'
import type { FanOutMessage } from '../../functions/domain/messages.ts'
import { fanOutEvents } from '../../functions/use-cases/fan-out-events.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { refusing } from '../support/queues.ts'

function messageOf({ id, type, payload }: Event, over: Partial<FanOutMessage> = {}): FanOutMessage {
  return { event_id: id, event_type: type, payload: Buffer.from(payload).toString('utf8'), ...over }
}

describe('fanOutEvents', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  const fanOut = (message: FanOutMessage, seen = false) => fanOutEvents(engine, [{ message, seen }])
  const queuedIds = () => engine.messages('delivery').map(({ id }) => id)
  const firstMessageId = (eventId: string, webhookId: string) => `${deliveryId({ eventId, webhookId })}/1`

  it('queues one delivery for each webhook that has the type, by name or by *', async () => {
    const named = await engine.addWebhook({ eventTypes: ['changeset:close', 'batch_change:apply'] })
    const any = await engine.addWebhook({ eventTypes: ['*'] })
    const both = await engine.addWebhook({ eventTypes: ['*', 'batch_change:apply'] })
    await engine.addWebhook({ eventTypes: ['changeset:close'] })
    const event = await engine.addEvent()
    expect(await fanOut(messageOf(event))).toEqual([true])
    const wanting = [named, any, both].map(({ id }) => id)
    expect(queuedIds().sort()).toEqual(wanting.map((id) => firstMessageId(event.id, id)).sort())
    const recorded = await engine.events.fanOutOf(event.id)
    expect(recorded).toMatchObject({ at: engine.now(), missedBy: [] })
    expect([...(recorded?.webhookIds ?? [])].sort()).toEqual(wanting.sort())
    expect(engine.messages('delivery')[0]).toMatchObject({
      dueAt: engine.now(),
      body: {
        event_type: 'batch_change:apply',
        attempt: 1,
        trigger: 'event',
        payload: String(event.payload),
      },
    })
  })

  it('is done with an event whose payload was erased: nothing is queued, though the message has the payload', async () => {
    const event = await engine.addEvent()
    await engine.addWebhook()
    await engine.erasure.begin(event.id, engine.now())
    expect(await fanOut(messageOf(event))).toEqual([true])
    expect(queuedIds()).toEqual([])
    expect(await engine.events.fanOutOf(event.id)).toBeUndefined()
  })

  it('is done, and says so on the event, when nobody wants it', async () => {
    const event = await engine.addEvent()
    expect(await fanOut(messageOf(event))).toEqual([true])
    expect(await engine.events.fanOutOf(event.id)).toMatchObject({ webhookIds: [], missedBy: [] })
  })

  it.each([
    { how: 'inline', inline: true },
    { how: 'by reference', inline: false },
  ])('holds the scope against a payload that comes $how', async ({ inline }) => {
    const within = await engine.addWebhook({ scope: { namespaceIds: ['T3JnOjI=', 'VXNlcjox'] } })
    await engine.addWebhook({ scope: { namespaceIds: ['T3JnOjI='] } })
    await engine.addWebhook({
      scope: { namespaceIds: ['VXNlcjox'], repositoryIds: ['UmVwb3NpdG9yeToxNQ=='] },
    })
    const event = await engine.addEvent({ payload: Buffer.from('{"namespace_id":"VXNlcjox"}') })
    await fanOut(messageOf(event, inline ? {} : { payload: undefined }))
    expect(await engine.events.fanOutOf(event.id)).toMatchObject({ webhookIds: [within.id], missedBy: [] })
  })

  it('records an event as missed by the webhooks that are off and want it', async () => {
    const off = await engine.addWebhook({ enabled: false })
    await engine.addWebhook({ enabled: false, scope: { namespaceIds: ['T3JnOjI='] } })
    await engine.addWebhook({ enabled: false, eventTypes: ['changeset:close'] })
    const on = await engine.addWebhook()
    const event = await engine.addEvent()
    await fanOut(messageOf(event))
    expect(await engine.events.fanOutOf(event.id)).toMatchObject({ webhookIds: [on.id], missedBy: [off.id] })
    expect(queuedIds()).toEqual([firstMessageId(event.id, on.id)])
  })

  it("delays the first attempt by the first wait of the webhook's schedule, or the deployment's", async () => {
    const patient = await engine.addWebhook({ retrySchedule: [2_000, 5_000] })
    const prompt = await engine.addWebhook()
    const event = await engine.addEvent()
    await fanOut(messageOf(event))
    expect(engine.messages('delivery')).toMatchObject([
      { id: firstMessageId(event.id, prompt.id), dueAt: engine.now() },
      { id: firstMessageId(event.id, patient.id), dueAt: engine.now() + 2_000 },
    ])
  })

  it.each([
    { what: 'a message that comes again', over: {}, seen: true },
    { what: "a publisher's repeat", over: { repeat: true }, seen: false },
  ])('does nothing twice for $what', async ({ over, seen }) => {
    await engine.addWebhook()
    const event = await engine.addEvent()
    await fanOut(messageOf(event))
    const recorded = await engine.events.fanOutOf(event.id)
    expect(await engine.deliverDue()).toEqual(['attempted'])
    await engine.addWebhook()
    expect(await fanOut(messageOf(event, over), seen)).toEqual([true])
    expect(engine.messages('delivery')).toEqual([])
    expect(await engine.events.fanOutOf(event.id)).toEqual(recorded)
  })

  it("goes on with one of a publisher's repeats that come at once, with its rest if it dies half way", async () => {
    const [first, second] = [await engine.addWebhook(), await engine.addWebhook()]
    const event = await engine.addEvent()
    const message = messageOf(event, { repeat: true })
    const isFirst = (id: string) => id === firstMessageId(event.id, first.id)
    const dying = { ...engine, deliveryQueue: refusing(engine.deliveryQueue, isFirst) }
    expect(await fanOutEvents(dying, [{ message, seen: false }])).toEqual([false])
    expect(await engine.deliverDue()).toEqual(['attempted'])
    await engine.addWebhook()
    expect(await fanOutEvents(engine, [{ message, seen: false }])).toEqual([true])
    expect(queuedIds()).toEqual([])
    expect(await fanOutEvents(engine, [{ message, seen: true }])).toEqual([true])
    expect(queuedIds()).toEqual([firstMessageId(event.id, first.id)])
    expect(await engine.events.fanOutOf(event.id)).toMatchObject({ webhookIds: [first.id, second.id] })
  })

  it('leaves only those events undone of which the queue refused a message', async () => {
    const webhooks = [await engine.addWebhook(), await engine.addWebhook()]
    const events = [await engine.addEvent(), await engine.addEvent(), await engine.addEvent()]
    const refusedId = firstMessageId(events[1]?.id ?? '', webhooks[0]?.id ?? '')
    const deps = { ...engine, deliveryQueue: refusing(engine.deliveryQueue, (id) => id === refusedId) }
    const tasks = events.map((event) => ({ message: messageOf(event), seen: false }))
    expect(await fanOutEvents(deps, tasks)).toEqual([true, false, true])
    expect(await engine.events.fanOutOf(events[1]?.id ?? '')).toBeUndefined()
    expect(queuedIds()).toHaveLength(5)
    expect(await fanOut(messageOf(events[1] ?? (await engine.addEvent())), true)).toEqual([true])
    expect(queuedIds()).toHaveLength(6)
  })

  it('sends the rest and no second set when it is broken off half way through 1,000 webhooks', async () => {
    await Promise.all(Array.from({ length: 1_000 }, () => engine.addWebhook()))
    const event = await engine.addEvent()
    let taken = 0
    const deps = { ...engine, deliveryQueue: refusing(engine.deliveryQueue, () => ++taken > 500) }
    expect(await fanOutEvents(deps, [{ message: messageOf(event), seen: false }])).toEqual([false])
    expect(await engine.deliverDue()).toHaveLength(500)
    expect(await fanOut(messageOf(event), true)).toEqual([true])
    await engine.deliverDue()
    expect(engine.requests).toHaveLength(1_000)
  })

  it('rejects when the queue cannot be written, and records nothing', async () => {
    await engine.addWebhook()
    const event = await engine.addEvent()
    const repair = engine.breakTable('messages')
    await expect(fanOut(messageOf(event))).rejects.toThrow('the disk is full')
    expect(await engine.events.fanOutOf(event.id)).toBeUndefined()
    repair()
    expect(await fanOut(messageOf(event), true)).toEqual([true])
  })

  it('has nothing to do for no events', async () => {
    expect(await fanOutEvents(engine, [])).toEqual([])
  })
})
