import { afterAttempt } from '../domain/after-attempt.ts'
import { type Attempt, type Delivery, isTerminal } from '../domain/delivery.ts'
import { parseDeliveryId } from '../domain/ids.ts'
import {
  type DeliveryMessage,
  type DeliveryQueue,
  deliveryMessage,
  maxQueueDelayMs,
} from '../domain/messages.ts'
import { newDelivery } from '../domain/new-delivery.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { RetrySchedule } from '../domain/retry-schedule.ts'
import type { Webhook } from '../domain/webhook.ts'
import { toAttempt } from './attempt-record.ts'
import { insist } from './insist.ts'
import { queueNextAttempt, scheduleOf, sweepAt, waitsInQueue } from './schedule.ts'
import { type SignRequest, signedRequest } from './sign-request.ts'

/** What the log is told after an attempt, or when a delivery ends without one. */
export interface LogEntry {
  readonly delivery: Delivery
  readonly attempt?: Attempt | undefined
  /** When the sweep should look at it; null: never again. */
  readonly sweepAt: number | null
}

export interface DeliveryLog {
  find(deliveryId: string): Promise<Delivery | undefined>
  /** Writes the delivery unless a later state of it is stored, and the attempt in any case. */
  record(entry: LogEntry): Promise<void>
}

/** One request to make; `body` goes out as it is. */
export interface OutgoingRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface Sender {
  /** Makes the request within the deadline. Never rejects: what goes wrong at the receiver is an outcome. */
  send(request: OutgoingRequest): Promise<Outcome>
}

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

export interface AttemptDelivery extends SignRequest {
  readonly webhooks: {
    get(webhookId: string): Promise<Webhook | undefined>
    disable(webhookId: string, reason: 'gone', nowMs: number): Promise<void>
  }
  readonly deliveries: DeliveryLog
  readonly events: { payload(eventId: string): Promise<Uint8Array | undefined> }
  readonly sender: Sender
  readonly deliveryQueue: DeliveryQueue
  readonly limiter: RateLimiter
  readonly defaultSchedule: RetrySchedule
  readonly now: () => number
  readonly chance: () => number
  readonly pause: (durationMs: number) => Promise<unknown>
}

/** What became of a message. `dropped`: the webhook is gone and its log with it. */
export type AttemptResult = 'attempted' | 'skipped' | 'deferred' | 'cancelled' | 'dropped'

/**
 * Makes the attempt that a message asks for, unless it was made before, and sees to what follows. The receiver's
 * failure is an outcome; this rejects only when our own store, queue or cipher fails, and the message then comes again.
 * @param seen the queue has handed the message out before.
 */
export async function attemptDelivery(
  deps: AttemptDelivery,
  message: DeliveryMessage,
  seen: boolean,
): Promise<AttemptResult> {
  const logged = await deps.deliveries.find(message.delivery_id)
  const delivery = logged ?? unlogged(message)
  if (isTerminal(delivery.status)) {
    if (seen) await finishDisabling(deps, delivery)
    return 'skipped'
  }
  if (message.attempt !== delivery.attempts + 1) {
    // The attempt was logged, but whoever did so may have died before queueing the next one.
    if (seen && delivery.nextAttemptAt !== null && waitsInQueue(delivery.nextAttemptAt, deps.now())) {
      await queueNextAttempt(deps.deliveryQueue, delivery, message.payload)
    }
    return 'skipped'
  }
  const webhook = await deps.webhooks.get(delivery.webhookId)
  if (webhook === undefined) {
    // Else the sweep would queue it again and again, for as long as its row is kept.
    if (logged !== undefined) await cancel(deps, delivery, 'The webhook was deleted.')
    return 'dropped'
  }
  if (!webhook.enabled && delivery.trigger !== 'test')
    return cancel(deps, delivery, 'The webhook was off when this was due.')
  const payload =
    message.payload === undefined
      ? await deps.events.payload(delivery.eventId)
      : Buffer.from(message.payload, 'utf8')
  if (payload === undefined) return cancel(deps, delivery, 'The event expired before it could be delivered.')
  if (await isDeferred(deps, { webhook, delivery, message })) return 'deferred'
  await attempt(deps, { delivery, webhook, payload, inline: message.payload })
  return 'attempted'
}

async function attempt(
  deps: AttemptDelivery,
  {
    delivery,
    webhook,
    payload,
    inline,
  }: { delivery: Delivery; webhook: Webhook; payload: Uint8Array; inline: string | undefined },
): Promise<void> {
  const sentAt = deps.now()
  const request = await signedRequest(deps, { webhook, delivery, payload, nowMs: sentAt })
  const outcome = await deps.sender.send(request)
  const nowMs = deps.now()
  const schedule = scheduleOf(webhook, deps.defaultSchedule)
  const decision = afterAttempt(delivery, outcome, { schedule, nowMs, chance: deps.chance() })
  const entry = {
    delivery: decision.delivery,
    attempt: toAttempt({ number: decision.delivery.attempts, sentAt, nowMs, request, webhook, outcome }),
    sweepAt: decision.kind === 'retry' ? sweepAt(decision.at, nowMs) : null,
  }
  await insist(() => deps.deliveries.record(entry), deps.pause)
  switch (decision.kind) {
    case 'retry':
      if (waitsInQueue(decision.at, nowMs))
        await queueNextAttempt(deps.deliveryQueue, decision.delivery, inline)
      return
    case 'disable':
      await deps.webhooks.disable(webhook.id, 'gone', nowMs)
      return
    case 'deliver':
    case 'exhaust':
      return
  }
}

/** Whoever logged a 410 may have died before turning the webhook off; an admin who changed it since has the last word. */
async function finishDisabling(deps: AttemptDelivery, delivery: Delivery): Promise<void> {
  if (delivery.lastStatus !== 410 || delivery.trigger === 'test') return
  const webhook = await deps.webhooks.get(delivery.webhookId)
  if (webhook !== undefined && webhook.updatedAt <= delivery.updatedAt) {
    await deps.webhooks.disable(webhook.id, 'gone', deps.now())
  }
}

async function cancel(deps: AttemptDelivery, delivery: Delivery, why: string): Promise<AttemptResult> {
  const cancelled = {
    ...delivery,
    status: 'cancelled' as const,
    updatedAt: deps.now(),
    nextAttemptAt: null,
    lastError: why,
  }
  await deps.deliveries.record({ delivery: cancelled, sweepAt: null })
  return 'cancelled'
}

/**
 * Puts a message off when its webhook's rate limit has no place for it now. The delivery's row says until when, so that
 * neither sweep nor audit takes it for lost and has it take a second place.
 */
async function isDeferred(
  deps: AttemptDelivery,
  { webhook, delivery, message }: { webhook: Webhook; delivery: Delivery; message: DeliveryMessage },
): Promise<boolean> {
  if (webhook.rateLimit === undefined || message.paced === true || message.trigger === 'test') return false
  const nowMs = deps.now()
  const limit = { perSecond: webhook.rateLimit, nowMs, horizonMs: maxQueueDelayMs }
  const at = await deps.limiter.reserve(webhook.id, limit)
  if (at !== undefined && at <= nowMs) return false
  const notBefore = at ?? nowMs + maxQueueDelayMs
  await deps.deliveries.record({
    delivery: { ...delivery, nextAttemptAt: notBefore },
    sweepAt: sweepAt(notBefore, nowMs),
  })
  const body = { ...message, paced: at !== undefined, deferrals: (message.deferrals ?? 0) + 1 }
  const refused = await deps.deliveryQueue.send([deliveryMessage(body, { webhookId: webhook.id, notBefore })])
  if (refused.length > 0) throw new Error(`The delivery queue refused ${message.delivery_id}.`)
  return true
}

/** A first attempt has no row yet: its delivery is what its id says. */
function unlogged(message: DeliveryMessage): Delivery {
  const key = parseDeliveryId(message.delivery_id)
  if (key === undefined) throw new Error(`"${message.delivery_id}" is no delivery id.`)
  return newDelivery(key, { eventType: message.event_type, trigger: message.trigger })
}
