import type { Decision } from '../domain/after-attempt.ts'
import { type Attempt, attemptId, type Delivery, isTerminal } from '../domain/delivery.ts'
import { parseDeliveryId } from '../domain/ids.ts'
import type { DeliveryMessage } from '../domain/messages.ts'
import { newDelivery } from '../domain/new-delivery.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Webhook } from '../domain/webhook.ts'
import { type AdmitAttempt, admitAttempt } from './admit-attempt.ts'
import type { Crowds } from './crowds.ts'
import { finishProbe, type HeedReceiver, heedOutcome } from './heed-receiver.ts'
import { insist } from './insist.ts'
import { makeAttempt } from './make-attempt.ts'
import { attemptObserved, ofDelivery } from './observed.ts'
import { queueNextAttempt, waitsInQueue } from './schedule.ts'
import type { SignRequest } from './sign-request.ts'

/** What the log is told after an attempt, or when a delivery ends without one. */
export interface LogEntry {
  readonly delivery: Delivery
  readonly attempt?: Attempt | undefined
  /** When the sweep should look at it; null: never again. */
  readonly sweepAt: number | null
  /** The webhook's own, if it has one, for a store that is told when a row may go as it is written. */
  readonly retentionMs?: number | undefined
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

export interface AttemptDelivery extends SignRequest, AdmitAttempt, HeedReceiver {
  readonly crowds?: Crowds
  readonly webhooks: {
    get(webhookId: string): Promise<Webhook | undefined>
    disable(webhookId: string, reason: 'gone', nowMs: number): Promise<void>
  }
  readonly events: { payload(eventId: string): Promise<Uint8Array | undefined> }
  readonly sender: Sender
  /** Told of each request that a receiver which is well has answered soon, before that is logged; absent where no queue counts them. */
  readonly answered?: (webhookId: string, message: DeliveryMessage) => void
  /** Attempts that the log did not take, by their ids: for when their messages come again. In this process only. */
  readonly unlogged: {
    get(attemptId: string): MadeAttempt | undefined
    set(attemptId: string, made: MadeAttempt): void
  }
  readonly pause: (durationMs: number) => Promise<unknown>
}

/** An attempt that was made, with all that is to be done about it. */
export interface MadeAttempt {
  readonly decision: Decision
  readonly entry: LogEntry & { readonly attempt: Attempt }
  readonly experience: Parameters<typeof heedOutcome>[1]
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
  const isMade = isTerminal(delivery.status) || message.attempt !== delivery.attempts + 1
  if (isMade && seen) await finishProbe(deps, delivery, message.attempt)
  if (isTerminal(delivery.status)) {
    if (seen) await finishDisabling(deps, delivery)
    return 'skipped'
  }
  if (isMade) {
    // The attempt was logged, but whoever did so may have died before queueing the next one.
    if (seen && delivery.nextAttemptAt !== null && waitsInQueue(delivery.nextAttemptAt, deps.now())) {
      await queueNextAttempt(deps.deliveryQueue, delivery, { payload: message.payload })
    }
    return 'skipped'
  }
  const made = deps.unlogged.get(attemptId(delivery.id, message.attempt))
  if (made !== undefined) {
    await finish(deps, made, message.payload)
    return 'attempted'
  }
  const [webhook, breaker] = await Promise.all([
    deps.webhooks.get(delivery.webhookId),
    deps.breakers.get(delivery.webhookId),
  ])
  if (webhook === undefined) {
    // Left in the log, the sweep would queue it again and again, for as long as its row is kept.
    await cancel(deps, delivery, 'The webhook was deleted.', logged !== undefined)
    return 'dropped'
  }
  if (!webhook.enabled && delivery.trigger !== 'test')
    return cancel(deps, delivery, 'The webhook was off when this was due.')
  const payload =
    message.payload === undefined
      ? await deps.events.payload(delivery.eventId)
      : Buffer.from(message.payload, 'utf8')
  if (payload === undefined)
    return cancel(deps, delivery, 'The payload expired or was erased before it was sent.')
  const due = { delivery, webhook, breaker, message }
  const admitted = await admitAttempt(deps, due)
  if (admitted.kind === 'put off') return 'deferred'
  const unsent = admitted.kind === 'unsent' ? admitted.why : undefined
  await finish(deps, await makeAttempt(deps, due, { payload, unsent }), message.payload)
  return 'attempted'
}

/** Logs an attempt and sees to what follows. One that the log does not take is kept, so that it is not made again. */
async function finish(deps: AttemptDelivery, made: MadeAttempt, payload: string | undefined): Promise<void> {
  const { decision, entry, experience } = made
  try {
    await insist(() => deps.deliveries.record(entry), deps.pause)
  } catch (error) {
    deps.unlogged.set(experience.attemptId, made)
    throw error
  }
  deps.observe(attemptObserved(entry.delivery, entry.attempt, experience.outcome))
  await follow(deps, decision, payload)
  // Last: should it fail, the message comes again and finds all else done.
  await heedOutcome(deps, experience)
}

async function follow(deps: AttemptDelivery, decision: Decision, payload: string | undefined): Promise<void> {
  const { delivery } = decision
  switch (decision.kind) {
    case 'retry':
      if (waitsInQueue(decision.at, delivery.updatedAt))
        await queueNextAttempt(deps.deliveryQueue, delivery, { payload })
      return
    case 'disable':
      return disable(deps, delivery, delivery.updatedAt)
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
    await disable(deps, delivery, deps.now())
  }
}

async function disable(deps: AttemptDelivery, { webhookId }: Delivery, nowMs: number): Promise<void> {
  await deps.webhooks.disable(webhookId, 'gone', nowMs)
  deps.observe({ kind: 'webhook disabled', webhook_id: webhookId, reason: 'gone' })
}

async function cancel(
  deps: AttemptDelivery,
  delivery: Delivery,
  why: string,
  isLogged = true,
): Promise<AttemptResult> {
  const cancelled = {
    ...delivery,
    status: 'cancelled' as const,
    updatedAt: deps.now(),
    nextAttemptAt: null,
    lastError: why,
  }
  if (isLogged) await deps.deliveries.record({ delivery: cancelled, sweepAt: null })
  const observed = ofDelivery(delivery, delivery.attempts + 1, cancelled.updatedAt)
  deps.observe({ kind: 'delivery cancelled', ...observed, error: why })
  return 'cancelled'
}

/** A first attempt has no row yet: its delivery is what its id says. */
function unlogged(message: DeliveryMessage): Delivery {
  const key = parseDeliveryId(message.delivery_id)
  if (key === undefined) throw new Error(`"${message.delivery_id}" is no delivery id.`)
  return newDelivery(key, { eventType: message.event_type, trigger: message.trigger })
}
