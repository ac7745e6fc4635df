import { type DeliveryKey, deliveryId, firstEventIdAt } from '../domain/ids.ts'
import type { DeliveryQueue, FanOutQueue } from '../domain/messages.ts'
import { newDelivery } from '../domain/new-delivery.ts'
import type { Webhook } from '../domain/webhook.ts'
import { atMost } from './at-most.ts'
import type { LogEntry } from './attempt-delivery.ts'
import type { EventSummary } from './log-queries.ts'
import { queueNextAttempt, sweepAt } from './schedule.ts'

export interface AuditEvents {
  readonly events: {
    /** Events with ids after `after` and before `before`, oldest first, at most `limit`. */
    acceptedBetween(range: { after: string; before: string; limit: number }): Promise<readonly EventSummary[]>
  }
  readonly webhooks: { get(webhookId: string): Promise<Webhook | undefined> }
  readonly deliveries: {
    /** Those of the deliveries that are in the log; may leave out what came into it within the last second. */
    recorded(deliveryIds: readonly string[]): Promise<ReadonlySet<string>>
    record(entry: LogEntry): Promise<void>
  }
  readonly position: {
    /** The last event that was audited; undefined before the first audit. */
    read(): Promise<string | undefined>
    moveTo(eventId: string): Promise<void>
  }
  readonly fanOutQueue: FanOutQueue
  readonly deliveryQueue: DeliveryQueue
  readonly now: () => number
}

/** An event of that age should have been fanned out, and every first attempt made. */
const settledAfterMs = 10 * 60_000
/** How far back the first audit goes. */
const firstLookBackMs = 3_600_000
const pageSize = 200
// Each look-up is a call to a store, and there may be a thousand events a second: one call for each, and the audit would
// fall behind at a few hundred.
const lookedUpTogether = 1_000
const eventsAtOnce = 5
const deliveriesAtOnce = 10

/**
 * Looks once at every event that is ten minutes old, and queues again what should have happened to it and did not: a
 * message may be lost, dead-lettered or deleted. A delivery that has no row gets one, so that from then on the sweep
 * looks after it.
 * @returns how many fan-outs and first attempts were missing.
 */
export async function auditEvents(deps: AuditEvents): Promise<number> {
  const nowMs = deps.now()
  const before = firstEventIdAt(nowMs - settledAfterMs)
  let after = (await deps.position.read()) ?? firstEventIdAt(nowMs - firstLookBackMs)
  let missing = 0
  for (;;) {
    const page = await deps.events.acceptedBetween({ after, before, limit: pageSize })
    const last = page.at(-1)
    if (last === undefined) return missing
    for (const events of lookedUp(page)) {
      const recorded = await deps.deliveries.recorded(events.flatMap(keysOf).map(deliveryId))
      const repaired = await atMost(eventsAtOnce, events, (event) => repair(deps, event, { recorded, nowMs }))
      missing += repaired.reduce((sum, count) => sum + count, 0)
    }
    after = last.id
    await deps.position.moveTo(after)
  }
}

/** The events in their order, as many together as have so many deliveries, and one at least. */
function lookedUp(page: readonly EventSummary[]): readonly (readonly EventSummary[])[] {
  const groups: EventSummary[][] = []
  let room = 0
  for (const event of page) {
    const count = event.fanOut?.webhookIds.length ?? 0
    if (groups.length === 0 || count > room) {
      groups.push([])
      room = lookedUpTogether
    }
    groups.at(-1)?.push(event)
    room -= count
  }
  return groups
}

/** The deliveries that an event should have; a test is sent once, and told to whoever waits for it. */
function keysOf({ id: eventId, origin, fanOut }: EventSummary): readonly DeliveryKey[] {
  if (origin.kind === 'test' || fanOut === undefined) return []
  return fanOut.webhookIds.map((webhookId) => ({ eventId, webhookId }))
}

async function repair(
  deps: AuditEvents,
  event: EventSummary,
  { recorded, nowMs }: { recorded: ReadonlySet<string>; nowMs: number },
): Promise<number> {
  if (event.origin.kind === 'test') return 0
  if (event.fanOut === undefined) {
    const body = { event_id: event.id, event_type: event.type, repeat: true }
    const refused = await deps.fanOutQueue.send([{ id: event.id, body }])
    if (refused.length > 0) throw new Error(`The fan-out queue refused ${event.id}.`)
    return 1
  }
  const missing = keysOf(event).filter((key) => !recorded.has(deliveryId(key)))
  const repaired = await atMost(deliveriesAtOnce, missing, (key) =>
    repairDelivery(deps, event, { key, nowMs }),
  )
  return repaired.filter((isRepaired) => isRepaired).length
}

async function repairDelivery(
  deps: AuditEvents,
  event: EventSummary,
  { key, nowMs }: { key: DeliveryKey; nowMs: number },
): Promise<boolean> {
  if ((await deps.webhooks.get(key.webhookId)) === undefined) return false
  const delivery = newDelivery(key, { eventType: event.type, trigger: 'event', nextAttemptAt: nowMs })
  await deps.deliveries.record({ delivery, sweepAt: sweepAt(nowMs, nowMs) })
  await queueNextAttempt(deps.deliveryQueue, delivery)
  return true
}
