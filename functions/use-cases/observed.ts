import type { Attempt, Delivery } from '../domain/delivery.ts'
import type { Event, FanOut } from '../domain/event.ts'
import { timeOfId } from '../domain/ids.ts'
import type { Observation } from '../domain/observation.ts'
import type { Outcome } from '../domain/outcome.ts'

export function fannedOut(
  { id, type }: Pick<Event, 'id' | 'type'>,
  { webhookIds, missedBy }: FanOut,
  nowMs: number,
): Observation {
  return {
    kind: 'event fanned out',
    event_id: id,
    event_type: type,
    webhooks: webhookIds.length,
    missed: missedBy.length,
    age_ms: Math.max(0, nowMs - timeOfId(id)),
  }
}

/** What is observed of any delivery, for the attempt with that number. */
export function ofDelivery(delivery: Delivery, attempt: number, nowMs: number) {
  const { id, eventId, webhookId, eventType, trigger } = delivery
  return {
    ...{ delivery_id: id, event_id: eventId, webhook_id: webhookId, event_type: eventType, trigger, attempt },
    // Of two processes, one may be ahead of the other.
    age_ms: Math.max(0, nowMs - timeOfId(eventId)),
  }
}

/** @param delivery as it stands after the attempt. */
export function attemptObserved(
  delivery: Delivery,
  { number, sentAt, durationMs, error }: Attempt,
  outcome: Outcome,
): Observation {
  const { status, nextAttemptAt, lastStatus } = delivery
  return {
    kind: 'delivery attempted',
    ...ofDelivery(delivery, number, sentAt),
    status_code: lastStatus ?? 0,
    reason: outcome.kind === 'failure' ? outcome.reason : undefined,
    error: error ?? undefined,
    duration_ms: durationMs,
    status,
    next_attempt_at: nextAttemptAt === null ? undefined : new Date(nextAttemptAt).toISOString(),
  }
}
