import type { Delivery } from '../../domain/delivery.ts'
import type { DeliveryKey } from '../../domain/ids.ts'
import { newDelivery } from '../../domain/new-delivery.ts'
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
  const trigger = event.origin.kind === 'test' ? 'test' : 'event'
  const delivery = newDelivery({ eventId: event.id, webhookId }, { eventType: event.type, trigger })
  return { ...delivery, erasedAt: event.erasedAt }
}
