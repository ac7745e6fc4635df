import { type Delivery, isTerminal } from '../domain/delivery.ts'
import { Conflict, NotFound } from '../domain/errors.ts'
import type { DeliveryQueue } from '../domain/messages.ts'
import { newDelivery } from '../domain/new-delivery.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { LogEntry } from './attempt-delivery.ts'
import { queueNextAttempt, sweepAt } from './schedule.ts'

export interface Redeliver {
  readonly webhooks: { get(webhookId: string): Promise<Webhook | undefined> }
  readonly deliveries: {
    find(deliveryId: string): Promise<Delivery | undefined>
    record(entry: LogEntry): Promise<void>
  }
  readonly events: { payload(eventId: string): Promise<Uint8Array | undefined> }
  readonly deliveryQueue: DeliveryQueue
  readonly newRun: (nowMs: number) => string
  readonly now: () => number
}

/**
 * Sends one delivery's event to its webhook again. A delivery that waits for an attempt makes it now; a finished one is
 * history, so a new delivery of the same event is made.
 * @returns the delivery that is under way.
 * @throws NotFound; Conflict when the webhook is off, the first attempt is about to be made, or there is no payload any more.
 */
export async function redeliver(deps: Redeliver, id: string): Promise<Delivery> {
  const delivery = await deps.deliveries.find(id)
  if (delivery === undefined) throw new NotFound('delivery', id)
  const webhook = await deps.webhooks.get(delivery.webhookId)
  if (webhook === undefined) throw new NotFound('delivery', id)
  if (!webhook.enabled) throw new Conflict(`${webhook.id} is off, so nothing is sent to it. Enable it first.`)
  const nowMs = deps.now()
  if (delivery.status === 'pending' && (delivery.nextAttemptAt ?? nowMs) <= nowMs)
    throw new Conflict(`${id} is about to be sent for the first time: there is nothing to repeat yet.`)
  if ((await deps.events.payload(delivery.eventId)) === undefined) {
    throw new Conflict(
      `The payload of ${delivery.eventId} has expired or was erased: it cannot be sent again.`,
    )
  }
  const next = isTerminal(delivery.status)
    ? newDelivery(
        { eventId: delivery.eventId, webhookId: delivery.webhookId, run: deps.newRun(nowMs) },
        { eventType: delivery.eventType, trigger: 'redelivery', nextAttemptAt: nowMs },
      )
    : { ...delivery, nextAttemptAt: nowMs }
  await deps.deliveries.record({ delivery: next, sweepAt: sweepAt(nowMs, nowMs) })
  try {
    await queueNextAttempt(deps.deliveryQueue, next, { by_hand: true })
  } catch {
    // The sweep queues what is in the log. An error here would have the caller ask again, and so for a second delivery.
  }
  return next
}
