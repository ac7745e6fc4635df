import type { Delivery } from '../domain/delivery.ts'
import type { DeliveryQueue } from '../domain/messages.ts'
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

/**
 * Queues every attempt that is due within a minute, and any whose message was lost on the way.
 * @returns how many were queued.
 */
export async function sweepDeliveries({ deliveries, deliveryQueue, now }: SweepDeliveries): Promise<number> {
  let queued = 0
  for (;;) {
    const nowMs = now()
    const due = await deliveries.due(nowMs, pageSize)
    await Promise.all(
      due.map(async (delivery) => {
        await queueNextAttempt(deliveryQueue, delivery)
        await deliveries.setSweepAt(delivery.id, sweepAt(delivery.nextAttemptAt ?? nowMs, nowMs))
      }),
    )
    queued += due.length
    if (due.length < pageSize) return queued
  }
}
