import type { Breaker } from './breaker.ts'
import type { DeliveryStatus, DeliveryTrigger } from './delivery.ts'
import type { Origin } from './event.ts'
import type { FailureReason } from './outcome.ts'

/** Why an attempt that was due is made later: the webhook's open breaker, its slow receiver, its own rate limit, a crowd of its messages. */
export type DeferralReason = 'breaker' | 'slow' | 'rate_limit' | 'crowd'

interface OfDelivery {
  readonly delivery_id: string
  readonly event_id: string
  readonly webhook_id: string
  readonly event_type: string
  readonly trigger: DeliveryTrigger
  /** The attempt that was made, put off or not made; from 1. */
  readonly attempt: number
  /** Since the event was accepted. */
  readonly age_ms: number
}

/**
 * One thing that happened, as it stands in the log: `kind` is the line's message, the rest its fields. Lines and metrics
 * of both engines are made of these and of nothing else. No payload, secret, token or URL is in them.
 */
export type Observation =
  | {
      readonly kind: 'event accepted'
      readonly event_id: string
      readonly event_type: string
      readonly origin: Origin['kind']
      readonly origin_id: string
      readonly payload_bytes: number
      /** It repeats an event that was accepted before. */
      readonly duplicate: boolean
      /** Of the call that brought it; the answer has it too (`X-Request-Id`). */
      readonly request_id: string | undefined
      readonly duration_ms: number
    }
  | {
      readonly kind: 'event fanned out'
      readonly event_id: string
      readonly event_type: string
      /** How many webhooks it went to. */
      readonly webhooks: number
      /** How many wanted it and were off. */
      readonly missed: number
      readonly age_ms: number
    }
  | ({
      readonly kind: 'delivery attempted'
      /** What was answered; 0: nothing. */
      readonly status_code: number
      /** Why nothing was answered. */
      readonly reason: FailureReason | undefined
      /** The failure in the words of the delivery log. */
      readonly error: string | undefined
      /** From sending until the answer was there. */
      readonly duration_ms: number
      /** Of the delivery, after the attempt. */
      readonly status: DeliveryStatus
      /** RFC 3339. */
      readonly next_attempt_at: string | undefined
    } & OfDelivery)
  | ({
      readonly kind: 'delivery deferred'
      readonly reason: DeferralReason
      /** RFC 3339. */
      readonly next_attempt_at: string
    } & OfDelivery)
  | ({ readonly kind: 'delivery cancelled'; readonly error: string } & OfDelivery)
  | { readonly kind: 'webhook disabled'; readonly webhook_id: string; readonly reason: 'gone' }
  | {
      readonly kind: 'breaker changed'
      readonly webhook_id: string
      readonly from: Breaker['kind']
      readonly to: Breaker['kind']
    }

/** Told of each thing once it is stored. Must not throw, and costs little. */
export type Observe = (observation: Observation) => void
