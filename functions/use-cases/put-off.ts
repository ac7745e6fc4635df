import type { Breaker } from '../domain/breaker.ts'
import type { Delivery } from '../domain/delivery.ts'
import { type DeliveryMessage, type DeliveryQueue, deliveryMessage } from '../domain/messages.ts'
import type { DeferralReason, Observe } from '../domain/observation.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { DeliveryLog } from './attempt-delivery.ts'
import { ofDelivery } from './observed.ts'
import { sweepAt, waitsInQueue } from './schedule.ts'

export interface PutOff {
  readonly deliveries: DeliveryLog
  readonly deliveryQueue: DeliveryQueue
  readonly observe: Observe
  readonly now: () => number
}

/** When an attempt may be made instead, and why not now. */
export interface Deferral {
  readonly until: number
  readonly reason: DeferralReason
}

/** An attempt that is due, and what was read for it. */
export interface Due {
  readonly webhook: Webhook
  readonly breaker: Breaker
  readonly delivery: Delivery
  readonly message: DeliveryMessage
}

/** Has an attempt come up again at `until`. Its row says so: neither sweep nor audit then takes it for lost. */
export async function putOff(
  deps: PutOff,
  { delivery, message }: Pick<Due, 'delivery' | 'message'>,
  { until, reason }: Deferral,
): Promise<void> {
  const nowMs = deps.now()
  await deps.deliveries.record({
    delivery: { ...delivery, nextAttemptAt: until },
    sweepAt: sweepAt(until, nowMs),
  })
  if (waitsInQueue(until, nowMs)) await sendLater(deps, { delivery, message }, { until, reason })
  else observeDeferral(deps, { delivery, message }, { until, reason })
}

/** Has an attempt come up again at `until`, so soon that the sweep will not take it for lost. */
export async function sendLater(
  deps: Omit<PutOff, 'deliveries'>,
  { delivery, message }: Pick<Due, 'delivery' | 'message'>,
  { until, reason }: Deferral,
): Promise<void> {
  const body = { ...message, deferrals: (message.deferrals ?? 0) + 1 }
  const refused = await deps.deliveryQueue.send([
    deliveryMessage(body, { webhookId: delivery.webhookId, notBefore: until }),
  ])
  if (refused.length > 0) throw new Error(`The delivery queue refused ${delivery.id}.`)
  observeDeferral(deps, { delivery, message }, { until, reason })
}

function observeDeferral(
  { observe, now }: Pick<PutOff, 'observe' | 'now'>,
  { delivery, message }: Pick<Due, 'delivery' | 'message'>,
  { until, reason }: Deferral,
): void {
  observe({
    kind: 'delivery deferred',
    ...ofDelivery(delivery, message.attempt, now()),
    reason,
    next_attempt_at: new Date(until).toISOString(),
  })
}
