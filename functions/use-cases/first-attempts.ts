import type { FanOut } from '../domain/event.ts'
import { deliveryId } from '../domain/ids.ts'
import { type DeliveryMessage, deliveryMessage, type Outgoing } from '../domain/messages.ts'
import { newDelivery } from '../domain/new-delivery.ts'
import type { RetrySchedule } from '../domain/retry-schedule.ts'
import { eventIds, isInScope, isNarrowed } from '../domain/scope.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { LogEntry } from './attempt-delivery.ts'
import { scheduleOf, sweepAt, waitsInQueue } from './schedule.ts'

/** What is to be done about an event's first attempts. */
export interface FirstAttempts {
  readonly messages: readonly Outgoing<DeliveryMessage>[]
  /** What is due later than a queue can wait: it stands in the due index until the sweep queues it. */
  readonly later: readonly LogEntry[]
}

/** Those of the subscribed webhooks that want the event: by their scopes, for which alone its payload is asked for. */
export async function wantedBy(
  subscribed: readonly Webhook[],
  eventType: string,
  payload: () => Uint8Array | undefined | Promise<Uint8Array | undefined>,
): Promise<readonly Webhook[]> {
  if (!subscribed.some(({ scope }) => isNarrowed(scope))) return subscribed
  const ids = eventIds(eventType, (await payload()) ?? new Uint8Array())
  return subscribed.filter(({ scope }) => isInScope(scope, ids))
}

/** What is decided of an event: it goes to those that are on, and those that are off miss it. */
export function fanOutTo(wanting: readonly Webhook[], at: number): FanOut {
  const idsOf = (isOn: boolean) => wanting.filter(({ enabled }) => enabled === isOn).map(({ id }) => id)
  return { at, webhookIds: idsOf(true), missedBy: idsOf(false) }
}

/** The first attempt of each webhook that is on, after the first wait of its schedule. */
export function firstAttempts(
  { eventId, eventType, payload }: { eventId: string; eventType: string; payload: string | undefined },
  {
    webhooks,
    defaultSchedule,
    nowMs,
  }: { webhooks: readonly Webhook[]; defaultSchedule: RetrySchedule; nowMs: number },
): FirstAttempts {
  const first = webhooks
    .filter(({ enabled }) => enabled)
    .map((webhook) => ({
      webhookId: webhook.id,
      at: nowMs + (scheduleOf(webhook, defaultSchedule)[0] ?? 0),
    }))
  const isSoon = ({ at }: { at: number }) => waitsInQueue(at, nowMs)
  return {
    messages: first.filter(isSoon).map(({ webhookId, at }) =>
      deliveryMessage(
        {
          delivery_id: deliveryId({ eventId, webhookId }),
          event_type: eventType,
          attempt: 1,
          trigger: 'event',
          payload,
        },
        { webhookId, notBefore: at > nowMs ? at : undefined },
      ),
    ),
    later: first
      .filter((attempt) => !isSoon(attempt))
      .map(({ webhookId, at }) => ({
        delivery: newDelivery({ eventId, webhookId }, { eventType, trigger: 'event', nextAttemptAt: at }),
        sweepAt: sweepAt(at, nowMs),
      })),
  }
}
