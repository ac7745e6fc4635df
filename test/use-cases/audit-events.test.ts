import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliveryId } from '../../functions/domain/ids.ts'
import { acceptEvents } from '../../functions/use-cases/accept-events.ts'
import { auditEvents } from '../../functions/use-cases/audit-events.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const minute = 60_000

describe('auditEvents', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  const accept = async () => {
    const origin = { kind: 'token', id: 'tok_0000000000000001' } as const
    const [accepted] = await acceptEvents(engine, origin, [{ type: 'x:y', payload: Buffer.from('{}') }])
    return accepted?.id ?? ''
  }
  const lose = (queue: string) => engine.database.prepare('delete from messages where queue = ?').run(queue)

  it('leaves alone what went well, and what is younger than ten minutes', async () => {
    await engine.addWebhook({ eventTypes: ['x:y'] })
    await accept()
    await engine.fanOutDue()
    expect(await engine.deliverDue()).toEqual(['attempted'])
    engine.advance(9 * minute)
    await accept()
    lose('fan-out')
    engine.advance(2 * minute)
    expect(await auditEvents(engine)).toBe(0)
    expect(engine.requests).toHaveLength(1)
  })

  it('fans out an event whose message was lost', async () => {
    await engine.addWebhook({ eventTypes: ['x:y'] })
    await accept()
    lose('fan-out')
    engine.advance(11 * minute)
    expect(await auditEvents(engine)).toBe(1)
    await engine.fanOutDue()
    expect(await engine.deliverDue()).toEqual(['attempted'])
  })

  it('queues a first attempt whose message was lost, with its payload, and has the sweep look after it', async () => {
    const { id: webhookId } = await engine.addWebhook({ eventTypes: ['x:y'] })
    const eventId = await accept()
    await engine.fanOutDue()
    lose('delivery')
    engine.advance(11 * minute)
    expect(await auditEvents(engine)).toBe(1)
    expect(engine.sweepAtOf(deliveryId({ eventId, webhookId }))).toBe(engine.now() + 2 * minute)
    expect(await engine.deliverDue()).toEqual(['attempted'])
    expect(engine.requests.map(({ body }) => String(body))).toEqual(['{}'])
    expect(engine.sweepAtOf(deliveryId({ eventId, webhookId }))).toBeNull()
  })

  it('adds no second message to one that only waits in a long queue', async () => {
    await engine.addWebhook({ eventTypes: ['x:y'] })
    await accept()
    await engine.fanOutDue()
    engine.advance(11 * minute)
    await auditEvents(engine)
    expect(engine.messages('delivery')).toHaveLength(1)
    expect(await engine.deliverDue()).toEqual(['attempted'])
  })

  it('looks at each event once, across more than one page and a restart', async () => {
    for (let nth = 0; nth < 450; nth++) await accept()
    lose('fan-out')
    engine.advance(11 * minute)
    expect(await auditEvents(engine)).toBe(450)
    lose('fan-out')
    expect(await auditEvents(engine)).toBe(0)
  })

  it('looks deliveries up many at a time, and finds the one that is missing among them', async () => {
    for (let nth = 0; nth < 3; nth++) await engine.addWebhook({ eventTypes: ['x:y'] })
    for (let nth = 0; nth < 150; nth++) await accept()
    await engine.fanOutDue()
    engine.database
      .prepare(
        "delete from messages where queue = 'delivery' and id = (select min(id) from messages where queue = 'delivery')",
      )
      .run()
    while ((await engine.deliverDue()).length > 0);
    engine.advance(11 * minute)
    const asked: number[] = []
    const deliveries = {
      record: engine.deliveries.record.bind(engine.deliveries),
      recorded: (ids: readonly string[]) => {
        asked.push(ids.length)
        return engine.deliveries.recorded(ids)
      },
    }
    expect(await auditEvents({ ...engine, deliveries })).toBe(1)
    expect(asked).toEqual([450])
  })

  it('asks for no more than a thousand deliveries at a time', async () => {
    for (let nth = 0; nth < 30; nth++) await engine.addWebhook({ eventTypes: ['x:y'] })
    for (let nth = 0; nth < 40; nth++) await accept()
    await engine.fanOutDue()
    engine.advance(11 * minute)
    const asked: number[] = []
    const recorded = (ids: readonly string[]) => {
      asked.push(ids.length)
      return Promise.resolve(new Set(ids))
    }
    const deliveries = { record: engine.deliveries.record.bind(engine.deliveries), recorded }
    expect(await auditEvents({ ...engine, deliveries })).toBe(0)
    expect(asked).toEqual([990, 210])
  })

  it('leaves alone tests and webhooks that were removed', async () => {
    const webhook = await engine.addWebhook({ eventTypes: ['x:y'] })
    await accept()
    await engine.fanOutDue()
    const test = await engine.addEvent({ origin: { kind: 'test', id: webhook.id } })
    await engine.events.recordFanOut(test.id, { at: engine.now(), webhookIds: [webhook.id], missedBy: [] })
    lose('delivery')
    await engine.webhooks.remove(webhook.id, webhook.version)
    engine.advance(11 * minute)
    expect(await auditEvents(engine)).toBe(0)
  })
})
