import { type Breaker, closed, opened, probeFailed, slowed } from './breaker.ts'
import type { Outcome } from './outcome.ts'

/** What an attempt tells of its receiver. `unknown`: nothing, because no request was made. */
export type Health = 'up' | 'down' | 'hung' | 'unknown'

// 408, 425 and 429 say that the receiver cannot cope now. Other 4xx come at once and harm nobody: the receiver is there.
const cannotCope = new Set([408, 425, 429])

export function healthOf(outcome: Outcome): Health {
  if (outcome.kind === 'response') {
    const { status } = outcome.response
    return status >= 500 || cannotCope.has(status) ? 'down' : 'up'
  }
  if (outcome.reason === 'denied' || outcome.reason === 'breaker') return 'unknown'
  return outcome.reason === 'timeout' ? 'hung' : 'down'
}

/** Failures of one webhook's attempts without a success among them, as one process saw them. */
export interface Streak {
  readonly failures: number
  /** How many of them were cut at the deadline. */
  readonly hung: number
}

export const noStreak: Streak = { failures: 0, hung: 0 }

export function longer({ failures, hung }: Streak, health: 'down' | 'hung'): Streak {
  return { failures: failures + 1, hung: health === 'hung' ? hung + 1 : hung }
}

/** Ten could be the restart of a receiver at most; one that hangs holds a worker for 15 s each time, so three must do. */
export function isDown({ failures, hung }: Streak): boolean {
  return failures >= 10 || hung >= 3
}

/** How the breaker of slow receivers works; where the queue itself bounds what is under way, there is none. */
export interface Slowness {
  /** An attempt that takes longer makes its receiver a slow one. */
  readonly afterMs: number
  /** The same for a webhook that has many messages waiting: each of its attempts then holds a place that others need. */
  readonly crowdAfterMs: number
  /** About how many of a slow webhook's requests may be under way. */
  readonly mostInFlight: number
}

/** What that comes to for one attempt. */
export type Slow = Pick<Slowness, 'afterMs' | 'mostInFlight'>

/** Requests a second that keep `mostInFlight` under way at that duration, which counts as the next power of two seconds. */
export function slowPace(durationMs: number, { mostInFlight }: Pick<Slow, 'mostInFlight'>): number {
  return mostInFlight / 2 ** Math.ceil(Math.log2(durationMs / 1_000))
}

/** The pace of a receiver that has not answered yet: it may take up to the deadline, which is about 16 s. */
export function silentPace(slow: Pick<Slow, 'mostInFlight'>): number {
  return slowPace(16_000, slow)
}

/** What is known of an attempt when it is over. */
export interface Experience {
  readonly attemptId: string
  readonly health: Health
  readonly streak: Streak
  readonly sentAt: number
  readonly nowMs: number
  /** How long the receiver took to answer. */
  readonly waitedMs: number
  readonly slow: Slow | undefined
}

// A receiver that is now slow and now fast would else cost two writes each time.
const fasterAfterMs = 10_000

/** The breaker after an attempt; undefined when it stays as it is. */
export function afterExperience(breaker: Breaker, experience: Experience): Breaker | undefined {
  const { health, nowMs, sentAt, streak } = experience
  if (breaker.kind !== 'open') {
    const hasFailed = health === 'down' || health === 'hung'
    return hasFailed && isDown(streak) ? opened(breaker, nowMs) : afterDuration(breaker, experience)
  }
  const isProbe = breaker.probe?.attemptId === experience.attemptId
  // What was sent before it opened tells nothing new.
  if (health === 'up') return isProbe || sentAt >= breaker.since ? closed(breaker) : undefined
  return isProbe ? probeFailed(breaker, nowMs) : undefined
}

function afterDuration(breaker: Breaker, experience: Experience): Breaker | undefined {
  const { health, waitedMs, nowMs, slow } = experience
  if (slow === undefined || health === 'unknown') return undefined
  const isSlow = waitedMs > slow.afterMs
  const perSecond = slowPace(waitedMs, slow)
  if (breaker.kind !== 'slow') return isSlow ? slowed(breaker, { perSecond, nowMs }) : undefined
  const isRecent = nowMs - breaker.since < fasterAfterMs
  if (!isSlow) return isRecent ? undefined : closed(breaker)
  // The pace of silence was a guess: the first answer that took long knows better.
  const mayRise = !isRecent || breaker.perSecond === silentPace(slow)
  const isOther = perSecond < breaker.perSecond || (mayRise && perSecond > breaker.perSecond)
  return isOther ? slowed(breaker, { perSecond, nowMs }) : undefined
}
