import type { Observation } from '../../functions/domain/observation.ts'
import { aDelivery } from './builders.ts'

type Attempted = Extract<Observation, { kind: 'delivery attempted' }>

const { id, eventId, webhookId, eventType } = aDelivery()
const delivery = { delivery_id: id, event_id: eventId, webhook_id: webhookId, event_type: eventType }

/** A first attempt that delivered. */
export function anAttemptObserved(over: Partial<Attempted> = {}): Attempted {
  return {
    kind: 'delivery attempted',
    ...delivery,
    trigger: 'event',
    attempt: 1,
    age_ms: 20,
    status_code: 200,
    reason: undefined,
    error: undefined,
    duration_ms: 10,
    status: 'delivered',
    next_attempt_at: undefined,
    ...over,
  }
}

/** A first attempt that was put off. */
export function aDeferral(
  reason: Extract<Observation, { kind: 'delivery deferred' }>['reason'],
): Observation {
  return {
    kind: 'delivery deferred',
    ...delivery,
    ...({ trigger: 'event', attempt: 1, age_ms: 20 } as const),
    reason,
    next_attempt_at: '2026-11-23T14:25:00.000Z',
  }
}
