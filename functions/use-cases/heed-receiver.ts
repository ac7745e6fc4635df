import { type Breaker, closed, probeFailed, slowed } from '../domain/breaker.ts'
import { attemptId, type Delivery } from '../domain/delivery.ts'
import type { Observe } from '../domain/observation.ts'
import type { Outcome } from '../domain/outcome.ts'
import {
  afterExperience,
  type Experience,
  healthOf,
  longer,
  noStreak,
  type Slow,
  type Slowness,
  type Streak,
  silentPace,
} from '../domain/receiver-health.ts'

export interface Breakers {
  /** The webhook's breaker; `untroubled` when it never was in trouble. */
  get(webhookId: string): Promise<Breaker>
  /** Stores the breaker if the one before its version is stored; false when that was changed meanwhile. */
  replace(webhookId: string, breaker: Breaker): Promise<boolean>
}

export interface HeedReceiver {
  readonly breakers: Breakers
  /** Of webhooks whose last attempts failed; kept for five minutes from the last of them. In this process only: it costs no write, and whoever makes many attempts soon sees enough. */
  readonly streaks: {
    get(webhookId: string): Streak | undefined
    set(webhookId: string, streak: Streak): void
  }
  /** Undefined where the queue itself bounds what one webhook has under way. */
  readonly slowness: Slowness | undefined
  /** How many milliseconds this process has been at work so far. Absent where no receiver counts as slow. */
  readonly busyMs?: () => number
  /** Of the batch at hand. */
  readonly crowds?: { has(webhookId: string): boolean; answeredSoon(webhookId: string): Promise<void> }
  readonly observe: Observe
  readonly now: () => number
}

const mostTries = 3

/**
 * Counts an outcome; call it as soon as it is there. Failures take longer to log than successes, and those of many
 * attempts that went out together would otherwise seem to come all in a row.
 */
export function countOutcome({ streaks }: HeedReceiver, webhookId: string, outcome: Outcome): Streak {
  const streak = streaks.get(webhookId) ?? noStreak
  const health = healthOf(outcome)
  if (health === 'unknown' || (health === 'up' && streak.failures === 0)) return streak
  const after = health === 'up' ? noStreak : longer(streak, health)
  streaks.set(webhookId, after)
  return after
}

/** After how long an attempt counts as slow: sooner where the webhook has many messages, in the batch or in the line of its pace. */
export function slowAfter(
  { slowness, crowds }: HeedReceiver,
  webhookId: string,
  hasWaited: boolean,
): Slow | undefined {
  if (slowness === undefined) return undefined
  const { afterMs, crowdAfterMs, mostInFlight } = slowness
  const hasMany = hasWaited || crowds?.has(webhookId) === true
  return { afterMs: hasMany ? crowdAfterMs : afterMs, mostInFlight }
}

/**
 * Learns from an attempt how its receiver is, and changes the webhook's breaker where that says so. For a webhook that
 * is well, an attempt that succeeds costs nothing here.
 * @param breaker as it was read before the attempt.
 */
export async function heedOutcome(
  deps: HeedReceiver,
  {
    webhookId,
    breaker,
    outcome,
    ...attempt
  }: {
    readonly webhookId: string
    readonly breaker: Breaker
    readonly outcome: Outcome
  } & Pick<Experience, 'attemptId' | 'streak' | 'sentAt' | 'nowMs' | 'waitedMs' | 'slow'>,
): Promise<void> {
  const health = healthOf(outcome)
  const experience = { ...attempt, health }
  const { crowds, slowness } = deps
  if (slowness !== undefined && health === 'up' && attempt.waitedMs <= slowness.afterMs)
    await crowds?.answeredSoon(webhookId)
  // An open one was read before this attempt became its probe.
  if (breaker.kind !== 'open' && afterExperience(breaker, experience) === undefined) return
  await changeBreaker(deps, webhookId, (current) => afterExperience(current, experience))
}

/** Tells of a receiver that has not answered for a while, so that not all who send to it wait as long. */
export async function heedSilence(deps: HeedReceiver, webhookId: string, slow: Slow): Promise<void> {
  const perSecond = silentPace(slow)
  await changeBreaker(deps, webhookId, (current) =>
    current.kind === 'closed' ? slowed(current, { perSecond, nowMs: deps.now() }) : undefined,
  )
}

/** Whoever logged a probe may have died before saying so: then nobody else would probe for a while. */
export async function finishProbe(
  deps: HeedReceiver,
  { id, webhookId, status }: Delivery,
  attempt: number,
): Promise<void> {
  await changeBreaker(deps, webhookId, (current) => {
    if (current.kind !== 'open' || current.probe?.attemptId !== attemptId(id, attempt)) return undefined
    return status === 'delivered' ? closed(current) : probeFailed(current, deps.now())
  })
}

/** Forgets what was learnt of a webhook's receiver: it was changed, so that it may be well now. */
export function forgive(breakers: Breakers, webhookId: string): Promise<void> {
  return changeBreaker({ breakers }, webhookId, (current) =>
    current.kind === 'closed' ? undefined : closed(current),
  )
}

/** Who changes a breaker at the same moment saw the same receiver: after a few tries the others' word stands. */
async function changeBreaker(
  { breakers, observe }: { readonly breakers: Breakers; readonly observe?: Observe },
  webhookId: string,
  change: (current: Breaker) => Breaker | undefined,
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const current = await breakers.get(webhookId)
    const changed = change(current)
    if (changed === undefined) return
    if (!(await breakers.replace(webhookId, changed))) continue
    if (changed.kind !== current.kind)
      observe?.({ kind: 'breaker changed', webhook_id: webhookId, from: current.kind, to: changed.kind })
    return
  }
}
