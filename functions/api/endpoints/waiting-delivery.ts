import type { Delivery } from '../../domain/delivery.ts'
import { type DeliveryKey, deliveryId } from '../../domain/ids.ts'
import type { EventSummary } from '../../use-cases/log-queries.ts'

/**
 * The delivery that an event's fan-out made, as it stands before its first attempt: only that attempt writes its row.
 * Undefined when the fan-out made none of that key.
 */
export function waitingDelivery(
  event: EventSummary,
  { webhookId, run }: Omit<DeliveryKey, 'eventId'>,
): Delivery | undefined {
  if (run !== undefined || event.fanOut?.webhookIds.includes(webhookId) !== true) return undefined
  return {
    id: deliveryId({ eventId: event.id, webhookId }),
    eventId: event.id,
    webhookId,
    eventType: event.type,
    trigger: event.origin.kind === 'test' ? 'test' : 'event',
    status: 'pending',
    attempts: 0,
    createdAt: event.acceptedAt,
    updatedAt: event.acceptedAt,
    nextAttemptAt: null,
    lastStatus: null,
    lastError: null,
    errored: false,
  }
}
