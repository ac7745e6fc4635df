import type { Delivery } from '../domain/delivery.ts'
import type { DeliveryQueue } from '../domain/messages.ts'
import { atMost } from './at-most.ts'
import { queueNextAttempt, sweepAt } from './schedule.ts'

export interface SweepDeliveries {
  readonly deliveries: {
    /** Up to `limit` deliveries that the sweep should have looked at by `nowMs`, oldest first. */
    due(nowMs: number, limit: number): Promise<readonly Delivery[]>
    /** Sets when the sweep should look at the delivery again. */
    setSweepAt(deliveryId: string, at: number): Promise<void>
  }
  readonly deliveryQueue: DeliveryQueue
  readonly now: () => number
}

const pageSize = 500
const atOnce = 50

/**
 * Queues every attempt that is due within a minute, and any whose message was lost on the way.
 * @returns how many were queued.
 */
export async function sweepDeliveries({ deliveries, deliveryQueue, now }: SweepDeliveries): Promise<number> {
  let queued = 0
  for (;;) {
    const nowMs = now()
    const due = await deliveries.due(nowMs, pageSize)
    await atMost(atOnce, due, async (delivery) => {
      // First, because the attempt may be made and logged before this goes on: it then has the last word. Should the
      // process die in between, a later sweep finds the delivery again.
      await deliveries.setSweepAt(delivery.id, sweepAt(delivery.nextAttemptAt ?? nowMs, nowMs))
      try {
        await queueNextAttempt(deliveryQueue, delivery)
      } catch (error) {
        await deliveries.setSweepAt(delivery.id, nowMs)
        throw error
      }
    })
    queued += due.length
    if (due.length < pageSize) return queued
  }
}
