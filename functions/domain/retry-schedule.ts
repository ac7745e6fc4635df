import { formatDuration, parseDuration } from './duration.ts'

/** Milliseconds to wait before each attempt, the first included: its length is the number of attempts. */
export type RetrySchedule = readonly number[]

const second = 1_000
const hour = 3_600 * second

/**
 * Ten attempts over 75 h 35 m 5 s, after the recommendation of Standard Webhooks
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
export const defaultRetrySchedule: RetrySchedule = [
  0,
  5 * second,
  300 * second,
  1_800 * second,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

const maxAttempts = 20
const maxDelayMs = 48 * hour

/** Breaks of the rules for a schedule. */
export class InvalidRetrySchedule extends Error {
  override name = 'InvalidRetrySchedule'
}

/**
 * The schedule that a list of durations names (`['0s', '5s', '5m']`).
 * @throws InvalidRetrySchedule saying which entry breaks which rule.
 */
export function parseRetrySchedule(entries: readonly string[]): RetrySchedule {
  if (entries.length === 0 || entries.length > maxAttempts) {
    throw new InvalidRetrySchedule(
      `Give 1 to ${maxAttempts} waits, one before each attempt, such as 0s,5s,5m.`,
    )
  }
  return entries.map((entry) => {
    const delayMs = parseDuration(entry)
    if (delayMs === undefined)
      throw new InvalidRetrySchedule(`"${entry}" is not a duration such as 0s, 5m or 14h.`)
    if (delayMs > maxDelayMs) throw new InvalidRetrySchedule(`"${entry}" is more than the longest wait, 48h.`)
    return delayMs
  })
}

/** The durations of a schedule as text, as `parseRetrySchedule` reads them. */
export function formatRetrySchedule(schedule: RetrySchedule): string[] {
  return schedule.map(formatDuration)
}

/** How far a wait is spread around its planned length, so that retries of one outage do not come back as one wave. */
const jitterShare = 0.2

/**
 * When the attempt after `attemptsMade` attempts is due, undefined when the schedule is used up.
 * @param chance uniform in [0, 1); the wait is spread by ±20 %.
 * @param retryAfterMs what the receiver asked for; honoured between 1× and 2× the planned wait.
 */
export function nextAttemptAt(
  schedule: RetrySchedule,
  {
    attemptsMade,
    nowMs,
    chance,
    retryAfterMs,
  }: { attemptsMade: number; nowMs: number; chance: number; retryAfterMs?: number | undefined },
): number | undefined {
  const plannedMs = schedule[attemptsMade]
  if (plannedMs === undefined) return undefined
  if (retryAfterMs !== undefined && retryAfterMs > plannedMs) {
    // Spread too, but only later: all that were asked to wait equally long would come back as one wave.
    return nowMs + Math.round(Math.min(retryAfterMs * (1 + jitterShare * chance), 2 * plannedMs))
  }
  const jitteredMs = plannedMs * (1 - jitterShare + 2 * jitterShare * chance)
  return nowMs + Math.round(retryAfterMs === undefined ? jitteredMs : Math.max(plannedMs, jitteredMs))
}
