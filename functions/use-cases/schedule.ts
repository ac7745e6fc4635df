import type { Delivery } from '../domain/delivery.ts'
import {
  type DeliveryMessage,
  type DeliveryQueue,
  deliveryMessage,
  maxQueueDelayMs,
} from '../domain/messages.ts'
import type { RetrySchedule } from '../domain/retry-schedule.ts'
import type { Webhook } from '../domain/webhook.ts'

/** The sweep looks at what is due within a minute, its own period, so that the queue can time the rest exactly. */
const lookaheadMs = 60_000
/** How long after its time an attempt counts as lost and is queued again. */
const graceMs = { least: 120_000, most: 900_000 }

/** The webhook's own retry schedule, or the deployment's. */
export function scheduleOf(webhook: Webhook, defaultSchedule: RetrySchedule): RetrySchedule {
  return webhook.retrySchedule ?? defaultSchedule
}

/** Whether an attempt that is due at `at` waits in the queue; a later one waits in the due index. */
export function waitsInQueue(at: number, nowMs: number): boolean {
  return at - nowMs <= maxQueueDelayMs
}

/**
 * When the sweep should look at a delivery whose next attempt is due at `at`: shortly before, when only the sweep will
 * queue it; some time after, when the queue holds it already and the sweep merely repairs a loss. The longer it is
 * overdue, the later: it probably waits in a long queue, which copies of it would make longer.
 */
export function sweepAt(at: number, nowMs: number): number {
  if (!waitsInQueue(at, nowMs)) return at - lookaheadMs
  return Math.max(at, nowMs) + Math.min(Math.max(graceMs.least, nowMs - at), graceMs.most)
}

/** Queues the next attempt of a delivery for its time. Rejects when the queue does not take it. */
export async function queueNextAttempt(
  queue: DeliveryQueue,
  delivery: Delivery,
  more: Pick<DeliveryMessage, 'payload' | 'by_hand'> = {},
): Promise<void> {
  const refused = await queue.send([
    deliveryMessage(
      {
        delivery_id: delivery.id,
        event_type: delivery.eventType,
        attempt: delivery.attempts + 1,
        trigger: delivery.trigger,
        ...more,
      },
      { webhookId: delivery.webhookId, notBefore: delivery.nextAttemptAt ?? undefined },
    ),
  ])
  if (refused.length > 0) throw new Error(`The delivery queue refused ${delivery.id}.`)
}
