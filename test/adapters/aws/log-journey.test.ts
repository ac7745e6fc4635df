import { describe, expect, it } from 'vitest'
import { DeliveryMessage, FanOutMessage } from '../../../functions/domain/messages.ts'
import { acceptEvents } from '../../../functions/use-cases/accept-events.ts'
import { attemptDelivery } from '../../../functions/use-cases/attempt-delivery.ts'
import { fanOutEvents } from '../../../functions/use-cases/fan-out-events.ts'
import { redeliver } from '../../../functions/use-cases/redeliver.ts'
import { sweepDeliveries } from '../../../functions/use-cases/sweep-deliveries.ts'
import { ManualClock } from '../../contracts/harness.ts'
import { answered } from '../../support/builders.ts'
import { openTestEngine } from '../../support/engine.ts'
import { takeDue } from '../../support/queues.ts'
import { openLog } from './open-log.ts'

const minute = 60_000
const hour = 60 * minute

/** The use cases over DynamoDB's log; webhooks and queues are the embedded server's. */
async function openJourney() {
  const clock = new ManualClock()
  const { close: closeLog, ...overTable } = await openLog(clock)
  const engine = await openTestEngine({
    now: clock.now,
    answer: ({ url }, nth) =>
      answered(url.endsWith('/down') && nth < 6 ? 503 : url.endsWith('/gone') ? 410 : 200),
  })
  const deps = { ...engine, ...overTable }
  return {
    ...deps,
    clock,
    deps,
    fanOutDue: async () => {
      for (const { body, seen } of await takeDue(engine.fanOutQueue, clock.now()))
        await fanOutEvents(deps, [{ message: FanOutMessage.parse(body), seen }])
    },
    deliverDue: async () => {
      const due = await takeDue(engine.deliveryQueue, clock.now())
      return Promise.all(
        due.map(({ body, seen }) => attemptDelivery(deps, DeliveryMessage.parse(body), seen)),
      )
    },
    close: () => Promise.all([engine.close(), closeLog()]),
  }
}

describe('the log of DynamoDB', () => {
  it('carries an event through fan-out, retries, the sweep and a redelivery', async () => {
    const { deps, log, events, clock, fanOutDue, deliverDue, addWebhook, requests, close } =
      await openJourney()
    const [up, down, gone] = [
      await addWebhook({ url: 'https://ci.example.com/up' }),
      await addWebhook({ url: 'https://ci.example.com/down' }),
      await addWebhook({ url: 'https://ci.example.com/gone' }),
    ]
    const payload = Buffer.from('{"id":"QmF0Y2hDaGFuZ2U6MTcz"}')
    const origin = { kind: 'token', id: 'tok_01kaqc3h5n000000' } as const
    const [event] = await acceptEvents(deps, origin, [{ type: 'batch_change:apply', payload }])
    await fanOutDue()
    expect(await deliverDue()).toEqual(['attempted', 'attempted', 'attempted'])
    const statuses = async () => {
      const all = await log.ofEvent(event?.id ?? '')
      return new Map(all.map(({ webhookId, trigger, status }) => [`${webhookId} ${trigger}`, status]))
    }
    expect(await statuses()).toEqual(
      new Map([
        [`${up.id} event`, 'delivered'],
        [`${down.id} event`, 'retrying'],
        [`${gone.id} event`, 'exhausted'],
      ]),
    )
    // Attempts 2 and 3 wait in the queue, attempt 4 in the due index.
    await clock.advance(5_000)
    expect(await deliverDue()).toEqual(['attempted'])
    await clock.advance(5 * minute)
    expect(await deliverDue()).toEqual(['attempted'])
    await clock.advance(hour)
    expect(await sweepDeliveries(deps)).toBe(0)
    await clock.advance(hour - minute)
    expect(await sweepDeliveries(deps)).toBe(1)
    expect(await sweepDeliveries(deps)).toBe(0)
    await clock.advance(minute)
    expect(await deliverDue()).toEqual(['attempted'])
    expect((await statuses()).get(`${down.id} event`)).toBe('delivered')
    const [delivery] = (await log.ofWebhook({ webhookId: down.id, erroredOnly: true, limit: 10 })).items
    expect(
      (await log.attempts(delivery?.id ?? '')).map(({ number, response }) => [number, response?.status]),
    ).toEqual([
      [1, 503],
      [2, 503],
      [3, 503],
      [4, 200],
    ])
    expect(await log.stats(down.id)).toEqual({ total: 4, errored: 3 })
    const again = await redeliver(deps, delivery?.id ?? '')
    expect(await deliverDue()).toEqual(['attempted'])
    expect((await log.get(again.id))?.status).toBe('delivered')
    expect((await statuses()).get(`${down.id} redelivery`)).toBe('delivered')
    expect(requests).toHaveLength(7)
    expect((await events.list({ limit: 10 })).items[0]?.fanOut?.webhookIds).toHaveLength(3)
    await clock.advance(24 * hour)
    expect(await sweepDeliveries(deps)).toBe(0)
    await close()
  })
})
