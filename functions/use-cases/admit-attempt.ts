import { type Admission, admit, type Breaker } from '../domain/breaker.ts'
import { attemptId, type Delivery } from '../domain/delivery.ts'
import {
  type DeliveryMessage,
  type DeliveryQueue,
  deliveryMessage,
  maxQueueDelayMs,
} from '../domain/messages.ts'
import type { RetrySchedule } from '../domain/retry-schedule.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { DeliveryLog } from './attempt-delivery.ts'
import type { Breakers } from './heed-receiver.ts'
import { scheduleOf, sweepAt, waitsInQueue } from './schedule.ts'

export interface RateLimiter {
  /**
   * The webhook's next free place at `perSecond` requests a second, milliseconds since 1970; undefined, with nothing
   * reserved, when that is past `horizonMs` from now.
   */
  reserve(
    webhookId: string,
    limit: { perSecond: number; nowMs: number; horizonMs: number },
  ): Promise<number | undefined>
}

export interface AdmitAttempt {
  readonly deliveries: DeliveryLog
  readonly deliveryQueue: DeliveryQueue
  readonly limiter: RateLimiter
  readonly breakers: Breakers
  /** Of the batch at hand; absent where the queue itself bounds what one webhook has under way. */
  readonly crowds?: { mayGo(webhookId: string): Promise<boolean> }
  readonly defaultSchedule: RetrySchedule
  readonly now: () => number
  readonly chance: () => number
}

/** An attempt that is due, and what was read for it. */
export interface Due {
  readonly webhook: Webhook
  readonly breaker: Breaker
  readonly delivery: Delivery
  readonly message: DeliveryMessage
}

/** `put off`: its message will come again. `unsent`: the attempt has failed without a request, for that reason. */
export type Admitted =
  | { readonly kind: 'send' | 'put off' }
  | { readonly kind: 'unsent'; readonly why: string }

/** A slow webhook's places are given out only so far ahead, because its pace may soon be another. */
const slowHorizonMs = 10_000
const longestPutOffMs = 2 * 3_600_000
const crowdWaitMs = 1_000

/** Whether an attempt may be made now; if not, puts it off: its row says until when, so that neither sweep nor audit takes it for lost. */
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
    admission.until,
  )
  return { kind: 'put off' }
}

function words({ since }: { readonly since: number }): string {
  return `the receiver has failed or not answered since ${new Date(since).toISOString()}`
}

/** Puts off for a moment what its crowd keeps from going. That is too short for the sweep to take it for lost. */
async function isCrowdedOut({ crowds, ...deps }: AdmitAttempt, { delivery, message }: Due): Promise<boolean> {
  if (crowds === undefined || (await crowds.mayGo(delivery.webhookId))) return false
  const until = Math.round(deps.now() + crowdWaitMs * (1 + 2 * deps.chance()))
  await sendLater(deps, { delivery, message }, until)
  return true
}

/** Whether the rate limit, or the pace that a slow receiver can take, has no place for the attempt now: it is then put off. */
async function isPaced(deps: AdmitAttempt, due: Due, slowPace: number | undefined): Promise<boolean> {
  const { webhook, delivery, message } = due
  const perSecond = Math.min(
    webhook.rateLimit ?? Number.POSITIVE_INFINITY,
    slowPace ?? Number.POSITIVE_INFINITY,
  )
  if (perSecond === Number.POSITIVE_INFINITY || message.paced === true) return false
  const nowMs = deps.now()
  const horizonMs = slowPace === undefined ? maxQueueDelayMs : slowHorizonMs
  const at = await deps.limiter.reserve(webhook.id, { perSecond, nowMs, horizonMs })
  if (at !== undefined && at <= nowMs) return false
  // Who finds no place asks again later; those of a slow webhook not all at once.
  const spread = slowPace === undefined ? 1 : 1 + 5 * deps.chance()
  const notBefore = at ?? Math.round(nowMs + horizonMs * spread)
  await putOff(deps, { delivery, message: { ...message, paced: at !== undefined } }, notBefore)
  return true
}

async function putOff(
  deps: AdmitAttempt,
  { delivery, message }: Pick<Due, 'delivery' | 'message'>,
  until: number,
): Promise<void> {
  const nowMs = deps.now()
  await deps.deliveries.record({
    delivery: { ...delivery, nextAttemptAt: until },
    sweepAt: sweepAt(until, nowMs),
  })
  if (waitsInQueue(until, nowMs)) await sendLater(deps, { delivery, message }, until)
}

async function sendLater(
  deps: Pick<AdmitAttempt, 'deliveryQueue'>,
  { delivery, message }: Pick<Due, 'delivery' | 'message'>,
  until: number,
): Promise<void> {
  const body = { ...message, deferrals: (message.deferrals ?? 0) + 1 }
  const refused = await deps.deliveryQueue.send([
    deliveryMessage(body, { webhookId: delivery.webhookId, notBefore: until }),
  ])
  if (refused.length > 0) throw new Error(`The delivery queue refused ${delivery.id}.`)
}
