import { type Delivery, isTerminal } from '../domain/delivery.ts'
import { NotFound } from '../domain/errors.ts'
import type { FanOut } from '../domain/event.ts'
import { deliveryId, parseDeliveryId } from '../domain/ids.ts'
import { newDelivery } from '../domain/new-delivery.ts'
import { eventIds, isInScope } from '../domain/scope.ts'
import type { Webhook } from '../domain/webhook.ts'
import { atMost } from './at-most.ts'
import type { DeliveryLog } from './attempt-delivery.ts'
import type { EventSummary } from './log-queries.ts'

/** What a store does for an erasure. Each step may be repeated, and changes nothing when it is. */
export interface Erasure {
  /** Hides the payload: from now on nobody reads it, and no fan-out begins. */
  begin(eventId: string, at: number): Promise<void>
  /** The event's deliveries in the log, as of now; those that its fan-out names may be left out. */
  logged(eventId: string): Promise<readonly string[]>
  /** Removes what receivers answered, but for status codes, and whatever an attempt under way logs later. */
  eraseResponses(deliveryId: string, at: number): Promise<void>
  /** Removes the payload itself, from the store and from the queues as far as they let. */
  removePayload(eventId: string): Promise<void>
}

export interface EraseEvent {
  readonly erasure: Erasure
  readonly events: {
    get(eventId: string): Promise<EventSummary | undefined>
    payload(eventId: string): Promise<Uint8Array | undefined>
    fanOutOf(eventId: string): Promise<FanOut | undefined>
    recordFanOut(eventId: string, fanOut: FanOut): Promise<boolean>
  }
  readonly subscriptions: { subscribedTo(eventType: string): Promise<readonly Webhook[]> }
  readonly webhooks: { get(webhookId: string): Promise<Webhook | undefined> }
  readonly deliveries: DeliveryLog
  readonly now: () => number
}

const atOnce = 10

/**
 * Erases an event's payload and the responses to it, and ends what is under way: messages on queues may carry the
 * payload, so every delivery that could still be made is cancelled by its row. May be repeated, also after it broke off.
 * @returns the event as it is now.
 * @throws NotFound.
 */
export async function eraseEvent(deps: EraseEvent, eventId: string): Promise<EventSummary> {
  const { events, erasure } = deps
  const event = await events.get(eventId)
  if (event === undefined) throw new NotFound('event', eventId)
  // Before it is hidden, because scopes are judged by it.
  const payload = await events.payload(eventId)
  const erasedAt = event.erasedAt ?? deps.now()
  await erasure.begin(eventId, erasedAt)
  const fanOut = await fanOutOf(deps, event, payload)
  const ids = new Set([
    ...fanOut.webhookIds.map((webhookId) => deliveryId({ eventId, webhookId })),
    ...(await erasure.logged(eventId)),
  ])
  await atMost(atOnce, [...ids], async (id) => {
    await endDelivery(deps, event, id)
    await erasure.eraseResponses(id, erasedAt)
  })
  await erasure.removePayload(eventId)
  return { ...event, erasedAt, fanOut }
}

/** What fan-out decided, or would: recorded, so that it does not decide any more and repeats are not queued. */
async function fanOutOf(
  deps: EraseEvent,
  event: EventSummary,
  payload: Uint8Array | undefined,
): Promise<FanOut> {
  const recorded = await deps.events.fanOutOf(event.id)
  if (recorded !== undefined) return recorded
  const wanting = (await deps.subscriptions.subscribedTo(event.type)).filter(
    // Without the payload, when an erasure that broke off is repeated, any of them may be meant.
    ({ scope }) => payload === undefined || isInScope(scope, eventIds(event.type, payload)),
  )
  const idsOf = (isOn: boolean) => wanting.filter(({ enabled }) => enabled === isOn).map(({ id }) => id)
  const fanOut =
    event.origin.kind === 'test'
      ? { at: deps.now(), webhookIds: [event.origin.id], missedBy: [] }
      : { at: deps.now(), webhookIds: idsOf(true), missedBy: idsOf(false) }
  if (await deps.events.recordFanOut(event.id, fanOut)) return fanOut
  return (await deps.events.fanOutOf(event.id)) ?? fanOut
}

/** Cancels the delivery, unless it is over or its webhook is gone. An attempt may be logged in between: then again. */
async function endDelivery(deps: EraseEvent, event: EventSummary, id: string): Promise<void> {
  for (;;) {
    const delivery = (await deps.deliveries.find(id)) ?? (await unlogged(deps, event, id))
    if (delivery === undefined || isTerminal(delivery.status)) return
    const cancelled = {
      ...delivery,
      status: 'cancelled' as const,
      updatedAt: deps.now(),
      nextAttemptAt: null,
      lastError: 'The payload was erased.',
    }
    await deps.deliveries.record({ delivery: cancelled, sweepAt: null })
  }
}

async function unlogged(deps: EraseEvent, event: EventSummary, id: string): Promise<Delivery | undefined> {
  const key = parseDeliveryId(id)
  // Of a webhook that is gone nothing is sent, and no log is kept.
  if (key === undefined || (await deps.webhooks.get(key.webhookId)) === undefined) return undefined
  const trigger = event.origin.kind === 'test' ? 'test' : 'event'
  return newDelivery(key, { eventType: event.type, trigger })
}
