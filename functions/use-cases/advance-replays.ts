import type { Delivery } from '../domain/delivery.ts'
import { firstEventIdAt } from '../domain/ids.ts'
import { type DeliveryQueue, deliveryMessage } from '../domain/messages.ts'
import { newDelivery } from '../domain/new-delivery.ts'
import { freeSlots, type Replay, runOfReplay, slotAt } from '../domain/replay.ts'
import type { Webhook } from '../domain/webhook.ts'
import { atMost } from './at-most.ts'
import type { LogEntry } from './attempt-delivery.ts'
import type { EventSummary } from './log-queries.ts'
import { type Looked, type LookThrough, lookAtPage } from './replay-page.ts'
import { claimReplay, commitReplay, type LeaseReplays } from './replay-store.ts'
import { sweepAt } from './schedule.ts'

export interface AdvanceReplays extends LeaseReplays, LookThrough {
  readonly webhooks: { get(webhookId: string): Promise<Webhook | undefined> }
  readonly deliveries: LookThrough['deliveries'] & { record(entry: LogEntry): Promise<void> }
  readonly deliveryQueue: DeliveryQueue
}

export interface Stint {
  /** How far ahead deliveries are queued: more than the time until the next stint, so that the receiver sees no gap. */
  readonly aheadMs: number
  /** No page is begun after it, milliseconds since 1970. */
  readonly endsAt: number
}

const pageSize = 200
const recordsAtOnce = 50

/**
 * Works on every running replay in turn, those that have waited longest first, each for its share of the time.
 * Rejects with what went wrong with the first that failed, after all others.
 */
export async function advanceReplays(deps: AdvanceReplays, { aheadMs, endsAt }: Stint): Promise<void> {
  const running = (await deps.replays.running()).toSorted((a, b) => a.updatedAt - b.updatedAt)
  const failures: unknown[] = []
  for (const [index, replay] of running.entries()) {
    const nowMs = deps.now()
    if (nowMs >= endsAt) break
    if (roomFor(replay, nowMs, { aheadMs }) === 0) continue
    try {
      const claimed = await claimReplay(deps, replay)
      const share = (endsAt - nowMs) / (running.length - index)
      if (claimed !== undefined) await workOnReplay(deps, claimed, { aheadMs, endsAt: nowMs + share })
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

/**
 * Works on a replay that was claimed: a page at a time, until it is over, enough is queued, or time is. Gives up the
 * lease at the end, also when it rejects.
 * @returns the replay as it is then; undefined when someone else has taken it over.
 */
export async function workOnReplay(
  deps: AdvanceReplays,
  claimed: Replay,
  stint: Stint,
): Promise<Replay | undefined> {
  let replay: Replay | undefined = claimed
  try {
    while (replay?.lease?.holder === claimed.lease?.holder && replay !== undefined)
      replay = await nextPage(deps, replay, stint)
    return replay
  } catch (error) {
    // Should this fail too, the lease ends by itself.
    await commitReplay(deps, replay ?? claimed, () => ({ lease: null })).catch(() => undefined)
    throw error
  }
}

/** Looks at one page, queues what is to be sent, and writes how far it has come; without the lease when that was the last page for now. */
async function nextPage(deps: AdvanceReplays, replay: Replay, stint: Stint): Promise<Replay | undefined> {
  const nowMs = deps.now()
  const webhook = await deps.webhooks.get(replay.webhookId)
  if (webhook === undefined) return end(deps, replay, 'The webhook was deleted.')
  if (!webhook.enabled && !replay.dryRun) return end(deps, replay, turnedOff)
  // Faster than its rate limit, a replay would only pile up before what else is sent to the webhook.
  const paced = { ...replay, rate: Math.min(replay.rate, webhook.rateLimit ?? replay.rate) }
  const room = roomFor(paced, nowMs, stint)
  if (room === 0) return commitReplay(deps, replay, () => ({ lease: null }))
  const range = { after: replay.position, before: firstEventIdAt(replay.until + 1), limit: pageSize }
  const { looked, last } = await lookAtPage(deps, { replay, webhook }, range)
  if (last === undefined) return end(deps, replay, null)
  const part = upTo(room, looked)
  const done = replay.dryRun ? countOf(part) : await queueAll(deps, { replay: paced, part, nowMs })
  const pacedUntil = replay.dryRun ? replay.pacedUntil : slotAt(paced, nowMs, done.newly)
  const laterMs = deps.now()
  const isLast = laterMs >= stint.endsAt || roomFor({ ...paced, pacedUntil }, laterMs, stint) === 0
  return commitReplay(deps, replay, (current) => ({
    position: part.length < looked.length ? (part.at(-1)?.event.id ?? replay.position) : last,
    examined: current.examined + part.length,
    matched: current.matched + done.matched,
    queued: current.queued + (replay.dryRun ? 0 : done.matched),
    skipped: current.skipped + done.skipped,
    pacedUntil,
    lease: current.status === 'running' && !isLast ? current.lease : null,
  }))
}

/** How many events of a page may be sent now, or counted. */
function roomFor(replay: Replay, nowMs: number, { aheadMs }: Pick<Stint, 'aheadMs'>): number {
  return replay.dryRun ? pageSize : Math.min(pageSize, freeSlots(replay, nowMs, aheadMs))
}

const turnedOff =
  'The webhook was turned off. What was queued and not sent is cancelled; once the webhook is on again, a replay of what it missed sends that.'

function end(deps: AdvanceReplays, replay: Replay, reason: string | null): Promise<Replay | undefined> {
  const finishedAt = deps.now()
  return commitReplay(deps, replay, (current) => {
    if (current.status !== 'running') return { lease: null }
    return { status: reason === null ? 'finished' : 'cancelled', reason, finishedAt, lease: null }
  })
}

/** The beginning of a page with no more to send than there is room for. */
function upTo(room: number, looked: readonly Looked[]): readonly Looked[] {
  let left = room
  const tooMany = looked.findIndex(({ verdict }) => verdict === 'send' && left-- === 0)
  return tooMany === -1 ? looked : looked.slice(0, tooMany)
}

interface Done {
  readonly matched: number
  readonly skipped: number
  /** Of those that matched, the ones that took a place in the pace. */
  readonly newly: number
}

function countOf(part: readonly Looked[]): Done {
  const count = (wanted: Looked['verdict']) => part.filter(({ verdict }) => verdict === wanted).length
  return {
    matched: count('send') + count('queued'),
    skipped: count('under way') + count('gone'),
    newly: count('send'),
  }
}

/**
 * Makes a delivery of each event to send, in the log before it is queued: should the process die in between, or the
 * queue refuse it, the sweep sends it. Its id names the replay, so that doing it again makes no second one.
 */
async function queueAll(
  deps: AdvanceReplays,
  { replay, part, nowMs }: { replay: Replay; part: readonly Looked[]; nowMs: number },
): Promise<Done> {
  const toSend = part.filter(({ verdict }) => verdict === 'send').map(({ event }) => event)
  const made = await atMost(recordsAtOnce, [...toSend.entries()], ([nth, event]) =>
    makeDelivery(deps, replay, { event, at: slotAt(replay, nowMs, nth), nowMs }),
  )
  await deps.deliveryQueue.send(made)
  return countOf(part)
}

/** @returns the message of its first attempt; without the payload, which may be erased before that is made. */
async function makeDelivery(
  { deliveries }: AdvanceReplays,
  { id, webhookId }: Replay,
  { event, at, nowMs }: { event: EventSummary; at: number; nowMs: number },
) {
  const delivery: Delivery = newDelivery(
    { eventId: event.id, webhookId, run: runOfReplay(id) },
    { eventType: event.type, trigger: 'replay', nextAttemptAt: at },
  )
  await deliveries.record({ delivery, sweepAt: sweepAt(at, nowMs) })
  const body = {
    delivery_id: delivery.id,
    event_type: event.type,
    attempt: 1,
    trigger: 'replay',
  } as const
  return deliveryMessage(body, { webhookId, notBefore: at })
}
