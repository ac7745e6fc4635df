import type { FanOut } from '../domain/event.ts'
import { deliveryId } from '../domain/ids.ts'
import type { DeliveryQueue, FanOutMessage } from '../domain/messages.ts'
import type { Observe } from '../domain/observation.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { LogEntry } from './attempt-delivery.ts'
import { type FirstAttempts, fanOutTo, firstAttempts, wantedBy } from './first-attempts.ts'
import { fannedOut } from './observed.ts'

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
      const { eventId, eventType, fanOut } = planned
      deps.observe(fannedOut({ id: eventId, type: eventType }, fanOut, deps.now()))
      return true
    }),
  )
}

interface Plan extends FirstAttempts {
  readonly eventId: string
  readonly eventType: string
  readonly fanOut: FanOut
}

async function plan(deps: FanOutEvents, { message, seen }: FanOutTask): Promise<Plan | undefined> {
  const { event_id: eventId, event_type: eventType, repeat = false } = message
  const known = seen || repeat ? await deps.events.fanOutOf(eventId) : undefined
  if (known !== undefined) {
    // What was decided may be written before its deliveries are queued, as the event was accepted or for a repeat of it:
    // whoever wrote it may have died in between. One message sees to that, though it may come several times.
    const isToFinish = repeat && (seen || (await deps.events.recordFanOut(eventId, known)))
    return isToFinish ? restOf(deps, message, known) : undefined
  }
  const wanting = await webhooksWanting(deps, message)
  const nowMs = deps.now()
  const fanOut = fanOutTo(wanting, nowMs)
  // A publisher may repeat itself many times within seconds: of those messages only one goes on.
  if (repeat && !(await deps.events.recordFanOut(eventId, fanOut))) return undefined
  return { eventId, eventType, fanOut, ...attemptsOf(deps, message, wanting) }
}

/** What was decided before and is not in the log yet. Of webhooks that want the event no more, the audit takes care. */
async function restOf(deps: FanOutEvents, message: FanOutMessage, fanOut: FanOut): Promise<Plan | undefined> {
  const { event_id: eventId, event_type: eventType } = message
  const idOf = (webhookId: string) => deliveryId({ eventId, webhookId })
  const recorded = await deps.deliveries.recorded(fanOut.webhookIds.map(idOf))
  const rest = new Set(fanOut.webhookIds.filter((webhookId) => !recorded.has(idOf(webhookId))))
  if (rest.size === 0) return undefined
  const webhooks = (await webhooksWanting(deps, message)).filter(({ id }) => rest.has(id))
  return { eventId, eventType, fanOut, ...attemptsOf(deps, message, webhooks) }
}

function attemptsOf(
  { defaultSchedule, now }: FanOutEvents,
  { event_id: eventId, event_type: eventType, payload }: FanOutMessage,
  webhooks: readonly Webhook[],
): FirstAttempts {
  return firstAttempts({ eventId, eventType, payload }, { webhooks, defaultSchedule, nowMs: now() })
}

async function webhooksWanting(deps: FanOutEvents, message: FanOutMessage): Promise<readonly Webhook[]> {
  const { event_id: eventId, event_type: eventType, payload } = message
  return wantedBy(await deps.subscriptions.subscribedTo(eventType), eventType, () =>
    payload === undefined ? deps.events.payload(eventId) : Buffer.from(payload, 'utf8'),
  )
}
