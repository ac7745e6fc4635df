import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { activityFrom, lastHours } from '../../functions/domain/activity.ts'
import { hourMs } from '../../functions/domain/failing.ts'

const anyTime = fc.integer({ min: 25 * hourMs, max: 4_000_000_000_000 })

describe('the activity of the last 24 hours', () => {
  it('is 24 hours in a row, of which now lies in the last', () => {
    const property = fc.property(anyTime, (nowMs) => {
      const hours = lastHours([], nowMs)
      expect(hours.map(({ startsAt }) => startsAt - activityFrom(nowMs))).toEqual(
        Array.from({ length: 24 }, (_, nth) => nth * hourMs),
      )
      const last = hours.at(-1)?.startsAt ?? 0
      expect(last <= nowMs && nowMs < last + hourMs).toBe(true)
    })
    fc.assert(property)
  })

  it('has the counts of its hours, and nothing of others', () => {
    const property = fc.property(anyTime, fc.uniqueArray(fc.integer({ min: -3, max: 30 })), (nowMs, nths) => {
      const given = nths.map((nth) => ({
        startsAt: activityFrom(nowMs) + nth * hourMs,
        total: nth + 4,
        errored: 1,
      }))
      const shown = lastHours(given, nowMs).filter(({ total }) => total > 0)
      const within = given.filter((_, index) => (nths[index] ?? -1) >= 0 && (nths[index] ?? 24) < 24)
      expect(shown).toEqual(within.toSorted((a, b) => a.startsAt - b.startsAt))
    })
    fc.assert(property)
  })
})
