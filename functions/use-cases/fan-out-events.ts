import type { FanOut } from '../domain/event.ts'
import { deliveryId, timeOfId } from '../domain/ids.ts'
import {
  type DeliveryMessage,
  type DeliveryQueue,
  deliveryMessage,
  type FanOutMessage,
  type Outgoing,
} from '../domain/messages.ts'
import { newDelivery } from '../domain/new-delivery.ts'
import type { Observation, Observe } from '../domain/observation.ts'
import { eventIds, isInScope, isNarrowed } from '../domain/scope.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { LogEntry } from './attempt-delivery.ts'
import { scheduleOf, sweepAt, waitsInQueue } from './schedule.ts'

/** A message to fan out. `seen`: the queue has handed it out before, so part of the work may be done. */
export interface FanOutTask {
  readonly message: FanOutMessage
  readonly seen: boolean
}

export interface FanOutEvents {
  readonly subscriptions: {
    /** All webhooks subscribed to the type or to `*`, on or off. May hold too much, never too little. */
    subscribedTo(eventType: string): Promise<readonly Webhook[]>
  }
  readonly events: {
    payload(eventId: string): Promise<Uint8Array | undefined>
    fanOutOf(eventId: string): Promise<FanOut | undefined>
    /** Records what was decided unless something was before; false when it was. */
    recordFanOut(eventId: string, fanOut: FanOut): Promise<boolean>
    /** Those of the events whose payload was erased; what was erased within the last second may be left out. */
    erased(eventIds: readonly string[]): Promise<ReadonlySet<string>>
  }
  readonly deliveries: {
    record(entry: LogEntry): Promise<void>
    /** Those of the deliveries that are in the log. */
    recorded(deliveryIds: readonly string[]): Promise<ReadonlySet<string>>
  }
  readonly deliveryQueue: DeliveryQueue
  readonly defaultSchedule: readonly number[]
  readonly observe: Observe
  readonly now: () => number
}

/**
 * Queues a delivery for every webhook that wants each event, then records on the event which those were. Ids of
 * deliveries are computed, so doing it again makes no second set.
 * @returns for each task whether it is done; one that is not stays on its queue.
 */
export async function fanOutEvents(
  deps: FanOutEvents,
  tasks: readonly FanOutTask[],
): Promise<readonly boolean[]> {
  const planned = await Promise.all(tasks.map((task) => plan(deps, task)))
  // After the webhooks were read, and messages may be days old: whoever erases ends the deliveries to all that want the
  // event by then, and nothing else would stop one to a webhook that came later.
  const erased = await deps.events.erased(planned.flatMap((each) => each?.eventId ?? []))
  const plans = planned.map((each) => (each === undefined || erased.has(each.eventId) ? undefined : each))
  const refused = new Set(await deps.deliveryQueue.send(plans.flatMap((planned) => planned?.messages ?? [])))
  return Promise.all(
    plans.map(async (planned) => {
      if (planned === undefined) return true
      if (planned.messages.some(({ id }) => refused.has(id))) return false
      await Promise.all(planned.later.map((entry) => deps.deliveries.record(entry)))
      await deps.events.recordFanOut(planned.eventId, planned.fanOut)
      deps.observe(fannedOut(planned, deps.now()))
      return true
    }),
  )
}

function fannedOut({ eventId, eventType, fanOut }: Plan, nowMs: number): Observation {
  return {
    kind: 'event fanned out',
    event_id: eventId,
    event_type: eventType,
    webhooks: fanOut.webhookIds.length,
    missed: fanOut.missedBy.length,
    age_ms: Math.max(0, nowMs - timeOfId(eventId)),
  }
}

interface Plan {
  readonly eventId: string
  readonly eventType: string
  readonly messages: readonly Outgoing<DeliveryMessage>[]
  /** What is due later than a queue can wait: it stands in the due index until the sweep queues it. */
  readonly later: readonly LogEntry[]
  readonly fanOut: FanOut
}

async function plan(deps: FanOutEvents, { message, seen }: FanOutTask): Promise<Plan | undefined> {
  const { event_id: eventId, event_type: eventType, repeat = false } = message
  const known = seen || repeat ? await deps.events.fanOutOf(eventId) : undefined
  if (known !== undefined) {
    // Only of a repeat is that written before its deliveries are queued: whoever did may have died in between.
    return seen && repeat ? restOf(deps, message, known) : undefined
  }
  const wanting = await webhooksWanting(deps, message)
  const nowMs = deps.now()
  const idsOf = (isOn: boolean) => wanting.filter(({ enabled }) => enabled === isOn).map(({ id }) => id)
  const fanOut = { at: nowMs, webhookIds: idsOf(true), missedBy: idsOf(false) }
  // A publisher may repeat itself many times within seconds: of those messages only one goes on.
  if (repeat && !(await deps.events.recordFanOut(eventId, fanOut))) return undefined
  return { eventId, eventType, fanOut, ...firstAttempts(deps, { message, webhooks: wanting, nowMs }) }
}

/** What was decided before and is not in the log yet. Of webhooks that want the event no more, the audit takes care. */
async function restOf(deps: FanOutEvents, message: FanOutMessage, fanOut: FanOut): Promise<Plan> {
  const { event_id: eventId, event_type: eventType } = message
  const idOf = (webhookId: string) => deliveryId({ eventId, webhookId })
  const recorded = await deps.deliveries.recorded(fanOut.webhookIds.map(idOf))
  const rest = new Set(fanOut.webhookIds.filter((webhookId) => !recorded.has(idOf(webhookId))))
  const webhooks = (await webhooksWanting(deps, message)).filter(({ id }) => rest.has(id))
  return { eventId, eventType, fanOut, ...firstAttempts(deps, { message, webhooks, nowMs: deps.now() }) }
}

/** The first attempt of each webhook that is on, after the first wait of its schedule. */
function firstAttempts(
  { defaultSchedule }: Pick<FanOutEvents, 'defaultSchedule'>,
  { message, webhooks, nowMs }: { message: FanOutMessage; webhooks: readonly Webhook[]; nowMs: number },
): Pick<Plan, 'messages' | 'later'> {
  const { event_id: eventId, event_type: eventType, payload } = message
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

async function webhooksWanting(deps: FanOutEvents, message: FanOutMessage): Promise<readonly Webhook[]> {
  const subscribed = await deps.subscriptions.subscribedTo(message.event_type)
  if (!subscribed.some(({ scope }) => isNarrowed(scope))) return subscribed
  const payload =
    message.payload === undefined
      ? await deps.events.payload(message.event_id)
      : Buffer.from(message.payload, 'utf8')
  const ids = eventIds(message.event_type, payload ?? new Uint8Array())
  return subscribed.filter(({ scope }) => isInScope(scope, ids))
}
