import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { sweepAt } from '../../functions/use-cases/schedule.ts'
import { sweepDeliveries } from '../../functions/use-cases/sweep-deliveries.ts'
import { aDelivery, answered } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const minute = 60_000
const hour = 60 * minute

describe('sweepDeliveries', () => {
  let engine: TestEngine
  let status: number

  beforeEach(async () => {
    status = 200
    engine = await openTestEngine({ answer: () => answered(status) })
  })

  afterEach(() => engine.close())

  /** A delivery that failed once and is due again at `at`, recorded as an attempt records it. */
  async function retrying(at: number, webhookId?: string) {
    const event = await engine.addEvent()
    const owner = webhookId ?? (await engine.addWebhook()).id
    const key = { eventId: event.id, webhookId: owner }
    const delivery = aDelivery({ ...key, status: 'retrying', attempts: 1, nextAttemptAt: at, errored: true })
    await engine.deliveries.record({ delivery, sweepAt: sweepAt(at, engine.now()) })
    return delivery
  }

  it('queues a long wait for its time, a minute ahead and not before', async () => {
    const at = engine.now() + 2 * hour
    const { id } = await retrying(at)
    engine.advance(2 * hour - minute - 1)
    expect(await sweepDeliveries(engine)).toBe(0)
    expect(engine.messages('delivery')).toEqual([])
    engine.advance(1)
    expect(await sweepDeliveries(engine)).toBe(1)
    expect(engine.messages('delivery')).toMatchObject([{ id: `${id}/2`, dueAt: at, body: { attempt: 2 } }])
    expect(engine.sweepAtOf(id)).toBe(at + 2 * minute)
  })

  it.each([
    [0, 2],
    [2, 2],
    [5, 5],
    [22 * 60, 15],
  ])('looks %d minutes after a time that has passed, and again %d minutes later', async (overdue, later) => {
    const { id } = await retrying(engine.now() + 2 * hour)
    engine.advance(2 * hour + overdue * minute)
    expect(await sweepDeliveries(engine)).toBe(1)
    expect(engine.sweepAtOf(id)).toBe(engine.now() + later * minute)
    expect(await engine.deliverDue()).toEqual(['attempted'])
  })

  it('sends what it queued twice only once', async () => {
    const { id } = await retrying(engine.now() + 2 * hour)
    engine.advance(2 * hour)
    expect(await sweepDeliveries(engine)).toBe(1)
    expect(await sweepDeliveries(engine)).toBe(0)
    engine.advance(3 * minute)
    expect(await sweepDeliveries(engine)).toBe(1)
    expect(engine.messages('delivery')).toHaveLength(1)
    expect(await engine.deliverDue()).toEqual(['attempted'])
    engine.advance(3 * minute)
    expect(await sweepDeliveries(engine)).toBe(0)
    expect(engine.sweepAtOf(id)).toBeNull()
    expect(engine.requests).toHaveLength(1)
  })

  it('repairs the loss of a message that was deleted by hand', async () => {
    status = 503
    const message = await engine.firstAttempt(await engine.addWebhook({ retrySchedule: [0, 5 * minute] }))
    await attemptDelivery(engine, message, false)
    engine.database.exec('delete from messages')
    engine.advance(7 * minute - 1)
    expect(await sweepDeliveries(engine)).toBe(0)
    engine.advance(1)
    expect(await sweepDeliveries(engine)).toBe(1)
    status = 200
    expect(await engine.deliverDue()).toEqual(['attempted'])
    expect(await engine.deliveries.find(message.delivery_id)).toMatchObject({
      status: 'delivered',
      attempts: 2,
    })
  })

  it('queues nothing beside a message that is in flight', async () => {
    const { id } = await retrying(engine.now() + 2 * hour)
    engine.advance(2 * hour)
    await sweepDeliveries(engine)
    const [batch = []] = await engine.deliveryQueue.receive(10)
    expect(batch.map((message) => message.id)).toEqual([`${id}/2`])
    engine.advance(2 * minute)
    expect(await sweepDeliveries(engine)).toBe(1)
    expect(await engine.deliverDue()).toEqual([])
    await engine.deliveryQueue.finish(batch, { isDone: () => true, retryAt: engine.now() })
    expect(engine.messages('delivery')).toEqual([])
  })

  it('leaves alone what is over', async () => {
    const delivery = await retrying(engine.now() + 2 * hour)
    await engine.deliveries.record({ delivery: { ...delivery, status: 'exhausted' }, sweepAt: null })
    engine.advance(24 * hour)
    expect(await sweepDeliveries(engine)).toBe(0)
  })

  it('goes through more than one page', async () => {
    const { id } = await engine.addWebhook()
    const at = engine.now() + 2 * hour
    const deliveries = await Promise.all(Array.from({ length: 1_101 }, () => retrying(at, id)))
    engine.advance(2 * hour)
    expect(await sweepDeliveries(engine)).toBe(1_101)
    expect(engine.messages('delivery').map((message) => message.id)).toEqual(
      deliveries.map((delivery) => `${delivery.id}/2`).sort(),
    )
    expect(await sweepDeliveries(engine)).toBe(0)
  })

  it('rejects when the queue takes not all, queues the others, and takes up the rest next time', async () => {
    const at = engine.now() + 2 * hour
    const [first, second] = [await retrying(at), await retrying(at)]
    engine.advance(2 * hour)
    const repair = engine.breakTable('messages', { when: `new.id like '${first.id}%'` })
    await expect(sweepDeliveries(engine)).rejects.toThrow('the disk is full')
    expect(engine.messages('delivery')).toMatchObject([{ id: `${second.id}/2` }])
    expect(engine.sweepAtOf(first.id)).toBe(engine.now())
    repair()
    expect(await sweepDeliveries(engine)).toBeGreaterThan(0)
    expect(engine.messages('delivery')).toHaveLength(2)
  })

  it('has nothing to do when nothing waits', async () => {
    expect(await sweepDeliveries(engine)).toBe(0)
  })
})
