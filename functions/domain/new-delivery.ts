import type { Delivery, DeliveryTrigger } from './delivery.ts'
import { type DeliveryKey, deliveryId, deliveryTime } from './ids.ts'

/** A delivery before its first attempt, as its key and its event tell it. */
export function newDelivery(
  key: DeliveryKey,
  {
    eventType,
    trigger,
    nextAttemptAt = null,
  }: { eventType: string; trigger: DeliveryTrigger; nextAttemptAt?: number | null },
): Delivery {
  const createdAt = deliveryTime(key)
  return {
    id: deliveryId(key),
    eventId: key.eventId,
    webhookId: key.webhookId,
    eventType,
    trigger,
    status: 'pending',
    attempts: 0,
    createdAt,
    updatedAt: createdAt,
    nextAttemptAt,
    lastStatus: null,
    lastDurationMs: null,
    lastError: null,
    errored: false,
    erasedAt: null,
  }
}
