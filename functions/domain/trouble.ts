import type { Breaker } from './breaker.ts'
import { failingRun, type HourOfAttempts, hourMs } from './failing.ts'
import type { DisabledReason, Webhook } from './webhook.ts'

/** What is wrong with a webhook, and since when, milliseconds since 1970. */
export type Trouble =
  /** The service turned it off. */
  | { readonly kind: 'disabled'; readonly since: number; readonly reason: DisabledReason }
  /** Nothing succeeds; `failures`: how many attempts did not, null when only its breaker tells. */
  | { readonly kind: 'failing'; readonly since: number; readonly failures: number | null }
  /** Its receiver takes long to answer. */
  | { readonly kind: 'slow'; readonly since: number }

// What is tried again comes up at least that often: docs/decisions/0016-nothing-but-failures.md. After a longer silence nobody knows.
const longestSilenceMs = 50 * hourMs

/**
 * Tells whether a webhook is in trouble. One that an admin paused is not, nor one that failed and then succeeded within the hour.
 * @param hours as AttemptHours gives them out.
 */
export function troubleOf(
  webhook: Pick<Webhook, 'enabled' | 'disabledReason' | 'disabledAt' | 'updatedAt' | 'failuresFrom'>,
  { breaker, hours, nowMs }: { breaker: Breaker; hours: readonly HourOfAttempts[]; nowMs: number },
): Trouble | undefined {
  const { enabled, disabledReason: reason, disabledAt, updatedAt, failuresFrom: from } = webhook
  if (!enabled)
    return reason === null ? undefined : { kind: 'disabled', since: disabledAt ?? updatedAt, reason }
  const run = failingRun(hours, { from, longestSilenceMs, nowMs })
  if (run !== undefined) return { kind: 'failing', since: run.since, failures: run.failures }
  if (breaker.kind === 'open') return { kind: 'failing', since: breaker.since, failures: null }
  return breaker.kind === 'slow' ? { kind: 'slow', since: breaker.since } : undefined
}
