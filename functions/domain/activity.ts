import { type HourOfAttempts, hourMs } from './failing.ts'

const hoursShown = 24

/** When the first of the hours that are shown begins: the one that `nowMs` lies in is the last. Milliseconds since 1970. */
export function activityFrom(nowMs: number): number {
  return (Math.floor(nowMs / hourMs) - hoursShown + 1) * hourMs
}

/** The last 24 hours, oldest first, those without an attempt too. */
export function lastHours(hours: readonly HourOfAttempts[], nowMs: number): readonly HourOfAttempts[] {
  const from = activityFrom(nowMs)
  const known = new Map(hours.map((hour) => [hour.startsAt, hour]))
  return Array.from({ length: hoursShown }, (_, nth) => {
    const startsAt = from + nth * hourMs
    return known.get(startsAt) ?? { startsAt, total: 0, errored: 0 }
  })
}
