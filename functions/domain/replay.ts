import { type Delivery, isTerminal } from './delivery.ts'
import { parseDeliveryId, timeOfId } from './ids.ts'

/** Which events a replay sends: all that fit the webhook, those whose deliveries failed, or those it never got. */
export const replayKinds = ['all', 'failed', 'missed'] as const
export type ReplayKind = (typeof replayKinds)[number]

/** Who is at work on a replay, and until when nobody else may be. */
export interface Lease {
  readonly holder: string
  readonly until: number
}

/** Many events sent to one webhook again, or only counted. Times are milliseconds since 1970. */
export interface Replay {
  readonly id: string
  readonly webhookId: string
  readonly include: ReplayKind
  /** Of the events' acceptance, both ends included. */
  readonly since: number
  readonly until: number
  readonly dryRun: boolean
  /** Deliveries a second. */
  readonly rate: number
  readonly status: 'running' | 'finished' | 'cancelled'
  /** Why the service itself ended it; null when it did not. */
  readonly reason: string | null
  /** Events looked at. */
  readonly examined: number
  /** Of those, the ones to send. */
  readonly matched: number
  /** Of those, the ones that have a delivery. */
  readonly queued: number
  /** Events that fit and are not sent: a delivery of them is under way, or their payload is gone. */
  readonly skipped: number
  /** The last event looked at, or the least id that one can have. */
  readonly position: string
  /** Up to when deliveries have been given their times. */
  readonly pacedUntil: number
  readonly lease: Lease | null
  /** Counts changes, from 1. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly finishedAt: number | null
}

/** What names a replay's own delivery of an event beside the event and the webhook: see `DeliveryKey`. */
export function runOfReplay(replayId: string): string {
  return replayId.slice(4)
}

/** The replay that made a delivery; undefined when none did. */
export function replayOf({ id, trigger }: Pick<Delivery, 'id' | 'trigger'>): string | undefined {
  const run = trigger === 'replay' ? parseDeliveryId(id)?.run : undefined
  return run === undefined ? undefined : `rpl_${run}`
}

/** What is known of an event and its way to one webhook. */
export interface Known {
  readonly isTest: boolean
  /** Of the event, when it was accepted; of the webhook, when it was created. */
  readonly acceptedAt: number
  readonly webhookCreatedAt: number
  /** What fan-out decided; undefined when it has not yet. */
  readonly fannedOut: 'sent' | 'missed' | 'not wanted' | undefined
  /** Those in the log, of this webhook. */
  readonly deliveries: readonly Pick<Delivery, 'id' | 'status'>[]
}

/** `under way`: a delivery of it is not over, so it must not be sent a second time. */
export type Verdict = 'send' | 'under way' | 'leave'

/**
 * Whether a replay sends an event that fits its webhook. `failed` and `missed` exclude each other: a failed event was
 * sent to the end without success, a missed one was never sent to an end.
 */
export function judge(include: ReplayKind, known: Known): Verdict {
  if (known.isTest) return 'leave'
  if (known.fannedOut === undefined || isUnderWay(known)) return 'under way'
  const has = (status: Delivery['status']) => known.deliveries.some((delivery) => delivery.status === status)
  if (include === 'all') return 'send'
  if (has('delivered')) return 'leave'
  if (include === 'failed') return has('exhausted') ? 'send' : 'leave'
  const wasMissed =
    known.fannedOut === 'missed' || has('cancelled') || known.acceptedAt < known.webhookCreatedAt
  return wasMissed && !has('exhausted') ? 'send' : 'leave'
}

/** The delivery that fan-out makes has no row before its first attempt. */
function isUnderWay({ fannedOut, deliveries }: Known): boolean {
  if (deliveries.some(({ status }) => !isTerminal(status))) return true
  return fannedOut === 'sent' && !deliveries.some(({ id }) => parseDeliveryId(id)?.run === undefined)
}

/** How a replay's deliveries follow each other. */
type Pace = Pick<Replay, 'rate' | 'pacedUntil'>

/** How many deliveries may be given times now, so that none but the first is more than `aheadMs` in the future. */
export function freeSlots({ rate, pacedUntil }: Pace, nowMs: number, aheadMs: number): number {
  const free = Math.floor(((nowMs + aheadMs - Math.max(pacedUntil, nowMs)) * rate) / 1_000)
  return Math.max(pacedUntil <= nowMs ? 1 : 0, free)
}

/** The time of the nth delivery from now, from 0, at the replay's rate. */
export function slotAt({ rate, pacedUntil }: Pace, nowMs: number, nth: number): number {
  return Math.max(pacedUntil, nowMs) + Math.round((nth * 1_000) / rate)
}

/** Up to when all events have been looked at. */
export function reachedAt({ status, position, until }: Replay): number {
  return status === 'finished' ? until : Math.min(timeOfId(position), until)
}

/** How much of the time it goes over has been looked through: 0 to 1. */
export function progressOf(replay: Replay): number {
  if (replay.status === 'finished') return 1
  const { since, until } = replay
  return until <= since ? 0 : Math.max(0, (reachedAt(replay) - since) / (until - since))
}
