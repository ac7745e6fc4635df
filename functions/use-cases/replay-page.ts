import type { Delivery } from '../domain/delivery.ts'
import { deliveryId } from '../domain/ids.ts'
import { judge, type Replay, runOfReplay } from '../domain/replay.ts'
import { eventIds, isInScope, isNarrowed } from '../domain/scope.ts'
import { type Webhook, wants } from '../domain/webhook.ts'
import { atMost } from './at-most.ts'
import type { EventSummary } from './log-queries.ts'

export interface LookThrough {
  readonly events: {
    /** Events with ids after `after` and before `before`, oldest first, at most `limit`. */
    acceptedBetween(range: EventRange): Promise<readonly EventSummary[]>
    /** Those of the events that are there, in no order. */
    summaries(eventIds: readonly string[]): Promise<readonly EventSummary[]>
    payload(eventId: string): Promise<Uint8Array | undefined>
  }
  readonly deliveries: {
    /** Ids of the events in the range that have a failed delivery, or one beyond the fan-out's, to the webhook; oldest first. */
    eventsToMend(webhookId: string, range: EventRange): Promise<readonly string[]>
    /** The events' deliveries to the webhook that are in the log. Oldest event first. */
    ofEventsTo(webhookId: string, eventIds: readonly string[]): Promise<readonly Delivery[]>
  }
}

interface EventRange {
  readonly after: string
  readonly before: string
  readonly limit: number
}

/** An event, and what the replay does with it. `queued`: it has the replay's delivery already; `gone`: it would, but its payload was erased. */
export interface Looked {
  readonly event: EventSummary
  readonly verdict: 'send' | 'queued' | 'under way' | 'gone' | 'leave'
}

export interface LookedPage {
  /** Oldest first. */
  readonly looked: readonly Looked[]
  /** The last event of the page; undefined when none was left. */
  readonly last: string | undefined
}

const payloadsAtOnce = 50

/**
 * Looks at the next events of a replay. Looking again after a crash finds by their deliveries what was queued before it.
 * @param range ids, both excluded.
 */
export async function lookAtPage(
  deps: LookThrough,
  { replay, webhook }: { replay: Replay; webhook: Webhook },
  range: EventRange,
): Promise<LookedPage> {
  const { events, last } = await eventsOf(deps, replay, range)
  const ids = events.map(({ id }) => id)
  const deliveries = Map.groupBy(await deps.deliveries.ofEventsTo(webhook.id, ids), ({ eventId }) => eventId)
  const looked = await atMost(payloadsAtOnce, events, async (event): Promise<Looked> => {
    const verdict = judgeEvent(event, { replay, webhook, deliveries: deliveries.get(event.id) ?? [] })
    const isDecided = verdict === 'leave' || verdict === 'queued'
    const isWanted = isDecided || (await isFor(deps, webhook, event))
    return { event, verdict: isWanted ? verdict : 'leave' }
  })
  return { looked, last }
}

/** Failures are few and have an index of their own; for the rest, all events are looked at. */
async function eventsOf(
  { events, deliveries }: LookThrough,
  { include, webhookId }: Replay,
  range: EventRange,
): Promise<{ readonly events: readonly EventSummary[]; readonly last: string | undefined }> {
  if (include !== 'failed') {
    const all = await events.acceptedBetween(range)
    return { events: all, last: all.at(-1)?.id }
  }
  const ids = await deliveries.eventsToMend(webhookId, range)
  const found = await events.summaries(ids)
  return { events: found.toSorted((a, b) => (a.id < b.id ? -1 : 1)), last: ids.at(-1) }
}

function judgeEvent(
  event: EventSummary,
  { replay, webhook, deliveries }: { replay: Replay; webhook: Webhook; deliveries: readonly Delivery[] },
): Looked['verdict'] {
  const own = deliveryId({ eventId: event.id, webhookId: webhook.id, run: runOfReplay(replay.id) })
  if (deliveries.some(({ id }) => id === own)) return 'queued'
  const verdict = judge(replay.include, {
    isTest: event.origin.kind === 'test',
    acceptedAt: event.acceptedAt,
    webhookCreatedAt: webhook.createdAt,
    fannedOut: wayOf(event, webhook.id),
    deliveries,
  })
  return verdict === 'send' && event.erasedAt !== null ? 'gone' : verdict
}

function wayOf({ fanOut }: EventSummary, webhookId: string) {
  if (fanOut === undefined) return undefined
  if (fanOut.webhookIds.includes(webhookId)) return 'sent'
  return fanOut.missedBy.includes(webhookId) ? 'missed' : 'not wanted'
}

/** Whether type and scope fit the webhook as it is now; only a narrowed one costs a look at the payload. */
async function isFor(
  { events }: LookThrough,
  { eventTypes, scope }: Webhook,
  { id, type }: EventSummary,
): Promise<boolean> {
  if (!wants({ eventTypes }, type)) return false
  if (!isNarrowed(scope)) return true
  const payload = await events.payload(id)
  return payload !== undefined && isInScope(scope, eventIds(type, payload))
}
