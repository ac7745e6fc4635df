import { type Delivery, isTerminal } from '../domain/delivery.ts'
import { NotFound, Unavailable } from '../domain/errors.ts'
import type { FanOut } from '../domain/event.ts'
import { deliveryId } from '../domain/ids.ts'
import { type DeliveryQueue, deliveryMessage, inlinePayload } from '../domain/messages.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { EventStore } from './accept-events.ts'

export interface SendTest {
  readonly webhooks: { get(webhookId: string): Promise<Webhook | undefined> }
  readonly events: EventStore & { recordFanOut(eventId: string, fanOut: FanOut): Promise<boolean> }
  readonly deliveries: { find(deliveryId: string): Promise<Delivery | undefined> }
  readonly deliveryQueue: DeliveryQueue
  readonly newEventId: (nowMs: number) => string
  readonly now: () => number
  readonly pause: (durationMs: number) => Promise<unknown>
}

/** Longer than the sender's deadline, shorter than API Gateway's 29 s. */
const patienceMs = 20_000
const pollMs = 25

/**
 * Sends a sample event to one webhook, on or off, through the same queue and worker as any event, and waits for the
 * result. It is sent once, whatever comes of it.
 * @returns the delivery's id, and the delivery itself if it ended within 20 s.
 * @throws NotFound when there is no such webhook, or no longer; Unavailable when the queue does not take it.
 */
export async function sendTest(
  deps: SendTest,
  { webhookId, eventType, payload }: { webhookId: string; eventType: string; payload: Uint8Array },
): Promise<{ readonly id: string; readonly finished: Delivery | undefined }> {
  if ((await deps.webhooks.get(webhookId)) === undefined) throw new NotFound('webhook', webhookId)
  const startedAt = deps.now()
  const eventId = deps.newEventId(startedAt)
  const origin = { kind: 'test', id: webhookId } as const
  await deps.events.store([
    { event: { id: eventId, type: eventType, payload, origin, acceptedAt: startedAt } },
  ])
  await deps.events.recordFanOut(eventId, { at: startedAt, webhookIds: [webhookId], missedBy: [] })
  const id = deliveryId({ eventId, webhookId })
  const body = {
    delivery_id: id,
    event_type: eventType,
    attempt: 1,
    trigger: 'test',
    payload: inlinePayload(payload),
  } as const
  const refused = await deps.deliveryQueue.send([deliveryMessage(body, { webhookId })])
  if (refused.length > 0) throw new Unavailable('The delivery queue does not take the sample now. Try again.')
  while (deps.now() - startedAt < patienceMs) {
    const delivery = await deps.deliveries.find(id)
    if (delivery !== undefined && isTerminal(delivery.status)) return { id, finished: delivery }
    // Its log went with it: there is nothing to wait for.
    if ((await deps.webhooks.get(webhookId)) === undefined) throw new NotFound('webhook', webhookId)
    await deps.pause(pollMs)
  }
  return { id, finished: undefined }
}
