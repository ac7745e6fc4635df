import type { Event, FanOut } from '../domain/event.ts'
import { type DeliveryMessage, type DeliveryQueue, inlinePayload, type Outgoing } from '../domain/messages.ts'
import type { Observe } from '../domain/observation.ts'
import type { RetrySchedule } from '../domain/retry-schedule.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { StoredKey, StoreResult } from './accept-events.ts'
import { fanOutTo, firstAttempts, wantedBy } from './first-attempts.ts'

/** What it takes to decide who gets an event before it is stored. */
export interface FanOutAtOnce {
  readonly subscriptions: {
    /** As `subscribedTo` of fan-out, where these are `most` at most; undefined where there may be more. */
    fewSubscribedTo(eventType: string, most: number): Promise<readonly Webhook[] | undefined>
  }
  /** As EventStore stores events; what was decided of an event is stored with it, in the same write. */
  store(
    events: readonly {
      readonly event: Event
      readonly key?: StoredKey | undefined
      readonly fanOut?: FanOut | undefined
    }[],
  ): Promise<readonly StoreResult[]>
  readonly deliveryQueue: DeliveryQueue
  readonly defaultSchedule: RetrySchedule
  readonly observe: Observe
}

/** What was decided of an event, and the messages to queue once it is stored. */
export interface Decided {
  readonly event: Event
  readonly fanOut: FanOut
  readonly messages: readonly Outgoing<DeliveryMessage>[]
}

/** As many as travel in one message: whoever posts waits for no more. */
const few = 10

/**
 * Decides who gets an event that few want. Nobody is left out who was subscribed when it came; undefined: fan-out has to
 * decide, because many may want it, a first attempt is due later than a queue can wait, or webhooks cannot be read now.
 */
export async function decideAtOnce(
  { subscriptions, defaultSchedule }: FanOutAtOnce,
  event: Event,
): Promise<Decided | undefined> {
  const { id: eventId, type: eventType, payload, acceptedAt: nowMs } = event
  // Its publisher need not wait until they can be read; what is wrong with them, fan-out says in its log.
  const subscribed = await subscriptions.fewSubscribedTo(eventType, few).catch(() => undefined)
  if (subscribed === undefined) return undefined
  const webhooks = await wantedBy(subscribed, eventType, () => payload)
  const { messages, later } = firstAttempts(
    { eventId, eventType, payload: inlinePayload(payload) },
    { webhooks, defaultSchedule, nowMs },
  )
  return later.length > 0 ? undefined : { event, fanOut: fanOutTo(webhooks, nowMs), messages }
}
