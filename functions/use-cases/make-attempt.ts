import { afterAttempt } from '../domain/after-attempt.ts'
import { attemptId } from '../domain/delivery.ts'
import { healthOf } from '../domain/receiver-health.ts'
import type { AttemptDelivery, MadeAttempt } from './attempt-delivery.ts'
import { toAttempt } from './attempt-record.ts'
import { type Answered, awaitAnswer } from './await-answer.ts'
import { countOutcome, heedSilence, slowAfter } from './heed-receiver.ts'
import type { Due } from './put-off.ts'
import { scheduleOf, sweepAt } from './schedule.ts'
import { signedRequest } from './sign-request.ts'

/** A receiver that answers within this is held up by our log, if its place is kept until then. */
const soonMs = 50

/**
 * Makes the attempt that is due, and decides what follows; writes nothing.
 * @param unsent why nothing is sent, and the attempt fails all the same; undefined: it is sent.
 */
export async function makeAttempt(
  deps: AttemptDelivery,
  { delivery, webhook, breaker, message }: Due,
  { payload, unsent }: { payload: Uint8Array; unsent: string | undefined },
): Promise<MadeAttempt> {
  const sentAt = deps.now()
  const slow = slowAfter(deps, webhook.id, message.paced === true)
  const request = await signedRequest(deps, { webhook, delivery, payload, nowMs: sentAt })
  const { outcome, waitedMs }: Answered =
    unsent === undefined
      ? await awaitAnswer(deps, request, slow, (slow) => heedSilence(deps, webhook.id, slow))
      : { outcome: { kind: 'failure', reason: 'breaker', message: unsent }, waitedMs: 0 }
  // One that fails keeps its place until its breaker knows: else more of them would go out to fail meanwhile.
  // So does a slow one: what the log takes is little beside its answers, which come and go in bursts.
  if (healthOf(outcome) === 'up' && waitedMs <= soonMs) deps.answered?.(webhook.id, message)
  const streak = countOutcome(deps, webhook.id, outcome)
  const nowMs = deps.now()
  const schedule = scheduleOf(webhook, deps.defaultSchedule)
  const durationMs = Math.max(0, nowMs - sentAt)
  const decision = afterAttempt(delivery, outcome, { schedule, nowMs, durationMs, chance: deps.chance() })
  const entry = {
    delivery: decision.delivery,
    attempt: toAttempt({ number: decision.delivery.attempts, sentAt, durationMs, request, webhook, outcome }),
    sweepAt: decision.kind === 'retry' ? sweepAt(decision.at, nowMs) : null,
    retentionMs: webhook.retentionMs,
  }
  const experience = {
    webhookId: webhook.id,
    breaker,
    outcome,
    attemptId: attemptId(delivery.id, message.attempt),
    streak,
    sentAt,
    nowMs,
    waitedMs,
    slow,
  }
  return { decision, entry, experience }
}
