import { type Admission, admit } from '../domain/breaker.ts'
import { attemptId, type Delivery } from '../domain/delivery.ts'
import type { DeliveryMessage } from '../domain/messages.ts'
import type { RetrySchedule } from '../domain/retry-schedule.ts'
import type { Breakers } from './heed-receiver.ts'
import { isCrowdedOut, isPaced, type KeepPace } from './keep-pace.ts'
import { type Due, putOff } from './put-off.ts'
import { scheduleOf } from './schedule.ts'

export interface AdmitAttempt extends KeepPace {
  readonly breakers: Breakers
  readonly defaultSchedule: RetrySchedule
}

/** `put off`: its message will come again. `unsent`: the attempt has failed without a request, for that reason. */
export type Admitted =
  | { readonly kind: 'send' | 'put off' }
  | { readonly kind: 'unsent'; readonly why: string }

const longestPutOffMs = 2 * 3_600_000

/** Whether an attempt may be made now, by the webhook's breaker and rate limit; if not, puts it off. */
export async function admitAttempt(deps: AdmitAttempt, due: Due): Promise<Admitted> {
  const { webhook, message } = due
  // A test is how an admin asks how the receiver is.
  if (message.trigger === 'test') return { kind: 'send' }
  const admission: Admission = isByHand(message) ? { kind: 'send' } : admissionOf(deps, due)
  switch (admission.kind) {
    case 'wait':
      return waitForProbe(deps, due, admission)
    case 'fail':
      return {
        kind: 'unsent',
        why: `Not sent: ${words(admission)} and this attempt could not be put off any longer.`,
      }
    case 'send':
      if (message.paced !== true && (await isCrowdedOut(deps, due))) return { kind: 'put off' }
      if (await isPaced(deps, due, undefined)) return { kind: 'put off' }
      return { kind: 'send' }
    case 'pace':
    case 'probe':
      if (await isPaced(deps, due, admission.kind === 'pace' ? admission.perSecond : undefined))
        return { kind: 'put off' }
  }
  if (admission.kind !== 'probe' || admission.claimed === undefined) return { kind: 'send' }
  if (await deps.breakers.replace(webhook.id, admission.claimed)) return { kind: 'send' }
  // Somebody else probes, or has just closed it.
  const breaker = await deps.breakers.get(webhook.id)
  return breaker.kind === 'closed' ? { kind: 'send' } : admitAttempt(deps, { ...due, breaker })
}

/** An admin's own redelivery goes out at once, however the receiver was; its retries do not. */
function isByHand({ trigger, attempt, by_hand: byHand }: DeliveryMessage): boolean {
  return byHand === true || (trigger === 'redelivery' && attempt === 1)
}

function admissionOf(deps: AdmitAttempt, { webhook, breaker, delivery }: Due): Admission {
  if (breaker.kind === 'closed') return { kind: 'send' }
  const latest = latestOf(delivery, scheduleOf(webhook, deps.defaultSchedule))
  const id = attemptId(delivery.id, delivery.attempts + 1)
  return admit(breaker, { attemptId: id, nowMs: deps.now(), latest, chance: deps.chance() })
}

/** An attempt is put off by its own planned wait and two hours, so that a schedule takes twice its time at most. */
function latestOf({ updatedAt, attempts }: Delivery, schedule: RetrySchedule): number {
  // A receiver may have asked for twice the planned wait itself.
  return updatedAt + 2 * (schedule[attempts] ?? 0) + longestPutOffMs
}

async function waitForProbe(
  deps: AdmitAttempt,
  { delivery, message }: Due,
  admission: Extract<Admission, { kind: 'wait' }>,
): Promise<Admitted> {
  const lastError = `Put off: ${words(admission)}. It is being probed.`
  await putOff(
    deps,
    { delivery: { ...delivery, lastError }, message: { ...message, paced: false } },
    { until: admission.until, reason: 'breaker' },
  )
  return { kind: 'put off' }
}

function words({ since }: { readonly since: number }): string {
  return `the receiver has failed or not answered since ${new Date(since).toISOString()}`
}
