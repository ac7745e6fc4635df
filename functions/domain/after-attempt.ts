import type { Delivery } from './delivery.ts'
import { errorOf, isSuccess, type Outcome, statusOf } from './outcome.ts'
import { parseRetryAfter } from './retry-after.ts'
import { nextAttemptAt, type RetrySchedule } from './retry-schedule.ts'

/** What follows an attempt; `delivery` is the delivery as it stands after it. */
export type Decision =
  | { readonly kind: 'deliver'; readonly delivery: Delivery }
  | { readonly kind: 'retry'; readonly delivery: Delivery; readonly at: number }
  | { readonly kind: 'exhaust'; readonly delivery: Delivery }
  | { readonly kind: 'disable'; readonly delivery: Delivery }

/**
 * Decides what follows an attempt. 2xx delivers; 410 disables the webhook; anything else is retried while the schedule
 * lasts. A test is sent once, whatever comes of it.
 * @param durationMs how long the attempt took.
 * @param chance uniform in [0, 1), for the jitter.
 */
export function afterAttempt(
  delivery: Delivery,
  outcome: Outcome,
  {
    schedule,
    nowMs,
    durationMs,
    chance,
  }: { schedule: RetrySchedule; nowMs: number; durationMs: number; chance: number },
): Decision {
  const attempts = delivery.attempts + 1
  const tried = {
    ...delivery,
    attempts,
    updatedAt: nowMs,
    nextAttemptAt: null,
    lastStatus: statusOf(outcome),
    lastDurationMs: durationMs,
    lastError: errorOf(outcome),
    errored: delivery.errored || !isSuccess(outcome),
  }
  if (isSuccess(outcome)) return { kind: 'deliver', delivery: { ...tried, status: 'delivered' } }
  if (delivery.trigger === 'test') return { kind: 'exhaust', delivery: { ...tried, status: 'exhausted' } }
  if (statusOf(outcome) === 410) return { kind: 'disable', delivery: { ...tried, status: 'exhausted' } }
  const retryAfterMs =
    outcome.kind === 'response' ? parseRetryAfter(outcome.response.headers['retry-after'], nowMs) : undefined
  const at = nextAttemptAt(schedule, { attemptsMade: attempts, nowMs, chance, retryAfterMs })
  if (at === undefined) return { kind: 'exhaust', delivery: { ...tried, status: 'exhausted' } }
  return { kind: 'retry', at, delivery: { ...tried, status: 'retrying', nextAttemptAt: at } }
}
