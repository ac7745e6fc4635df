import { maxQueueDelayMs } from '../domain/messages.ts'
import { type Due, type PutOff, putOff, sendLater } from './put-off.ts'

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

export interface KeepPace extends PutOff {
  readonly limiter: RateLimiter
  /** Of the batch at hand; absent where the queue itself bounds what one webhook has under way. */
  readonly crowds?: { mayGo(webhookId: string): Promise<boolean> }
  readonly chance: () => number
}

/** A slow webhook's places are given out only so far ahead, because its pace may soon be another. */
const slowHorizonMs = 10_000
const crowdWaitMs = 1_000

/** Whether too many of the webhook's messages are in the batch for a receiver that nobody knows: it is then put off for a moment. */
export async function isCrowdedOut(deps: KeepPace, { delivery, message }: Due): Promise<boolean> {
  const { crowds } = deps
  if (crowds === undefined || (await crowds.mayGo(delivery.webhookId))) return false
  const until = Math.round(deps.now() + crowdWaitMs * (1 + 2 * deps.chance()))
  await sendLater(deps, { delivery, message }, { until, reason: 'crowd' })
  return true
}

/** Whether the rate limit, or the pace that a slow receiver can take, has no place for the attempt now: it is then put off. */
export async function isPaced(deps: KeepPace, due: Due, slowPace: number | undefined): Promise<boolean> {
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
  const until = at ?? Math.round(nowMs + horizonMs * spread)
  const reason = slowPace === undefined ? 'rate_limit' : 'slow'
  await putOff(deps, { delivery, message: { ...message, paced: at !== undefined } }, { until, reason })
  return true
}
