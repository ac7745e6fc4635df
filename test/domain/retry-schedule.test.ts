import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  defaultRetrySchedule,
  formatRetrySchedule,
  InvalidRetrySchedule,
  nextAttemptAt,
  parseRetrySchedule,
} from '../../functions/domain/retry-schedule.ts'

const hour = 3_600_000
const nowMs = Date.UTC(2026, 10, 23)
const anyWait = fc.integer({ min: 0, max: 48 * hour })
const anySchedule = fc.array(anyWait, { minLength: 1, maxLength: 20 })
const anyChance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the default schedule', () => {
  it('makes ten attempts within 75 h 35 m 5 s', () => {
    expect(defaultRetrySchedule).toHaveLength(10)
    expect(defaultRetrySchedule.reduce((sum, waitMs) => sum + waitMs)).toBe(75 * hour + 35 * 60_000 + 5_000)
  })

  it('is the one of the design', () => {
    expect(formatRetrySchedule(defaultRetrySchedule)).toEqual([
      ...['0s', '5s', '5m', '30m', '2h', '5h', '10h', '14h', '20h', '1d'],
    ])
  })
})

describe('parseRetrySchedule', () => {
  it('reads a wait before each attempt', () => {
    expect(parseRetrySchedule(['0s', '250ms', '48h'])).toEqual([0, 250, 48 * hour])
  })

  it('reads back what formatRetrySchedule writes', () => {
    fc.assert(
      fc.property(anySchedule, (schedule) => {
        expect(parseRetrySchedule(formatRetrySchedule(schedule))).toEqual(schedule)
      }),
    )
  })

  it.each([
    [[], 'Give 1 to 20 waits, one before each attempt, such as 0s,5s,5m.'],
    [Array<string>(21).fill('5s'), 'Give 1 to 20 waits, one before each attempt, such as 0s,5s,5m.'],
    [['0s', ''], '"" is not a duration such as 0s, 5m or 14h.'],
    [['0s', 'soon', '5'], '"soon" is not a duration such as 0s, 5m or 14h.'],
    [['-5s'], '"-5s" is not a duration such as 0s, 5m or 14h.'],
    [['0s', '172800001ms'], '"172800001ms" is more than the longest wait, 48h.'],
    [['49h'], '"49h" is more than the longest wait, 48h.'],
  ])('refuses %j', (entries, words) => {
    expect(() => parseRetrySchedule(entries)).toThrow(new InvalidRetrySchedule(words))
  })

  it('accepts twenty waits', () => {
    expect(parseRetrySchedule(Array<string>(20).fill('5s'))).toHaveLength(20)
  })
})

describe('nextAttemptAt', () => {
  it.each([
    [0, 8_000],
    [0.5, 10_000],
    [0.75, 11_000],
    [1 - Number.EPSILON / 2, 12_000],
  ])('spreads a wait of 10 s by chance %d to %d ms', (chance, waitMs) => {
    expect(nextAttemptAt([0, 10_000], { attemptsMade: 1, nowMs, chance })).toBe(nowMs + waitMs)
  })

  it.each([
    [0, 10_000],
    [9_000, 10_000],
    [10_000, 10_000],
    [15_000, 15_000],
    [20_000, 20_000],
    [20_001, 20_000],
    [1e12, 20_000],
  ])('waits after Retry-After of %d ms %d ms, where 10 s were planned', (retryAfterMs, waitMs) => {
    const at = nextAttemptAt([0, 10_000], { attemptsMade: 1, nowMs, chance: 0, retryAfterMs })
    expect(at).toBe(nowMs + waitMs)
  })

  it('keeps jitter within a fifth of the planned wait', () => {
    fc.assert(
      fc.property(anyWait, anyChance, (plannedMs, chance) => {
        const waitMs = (nextAttemptAt([plannedMs], { attemptsMade: 0, nowMs, chance }) ?? Number.NaN) - nowMs
        expect(waitMs).toBeGreaterThanOrEqual(Math.floor(0.8 * plannedMs))
        expect(waitMs).toBeLessThanOrEqual(Math.ceil(1.2 * plannedMs))
      }),
    )
  })

  it('waits with Retry-After between once and twice the planned wait, and as long as asked within that', () => {
    fc.assert(
      fc.property(anyWait, anyChance, fc.nat(200 * hour), (plannedMs, chance, retryAfterMs) => {
        const at = nextAttemptAt([plannedMs], { attemptsMade: 0, nowMs, chance, retryAfterMs })
        const waitMs = (at ?? Number.NaN) - nowMs
        expect(waitMs).toBeGreaterThanOrEqual(plannedMs)
        expect(waitMs).toBeLessThanOrEqual(2 * plannedMs)
        expect(waitMs).toBeGreaterThanOrEqual(Math.min(retryAfterMs, 2 * plannedMs))
      }),
    )
  })

  it('gives whole milliseconds until the schedule is used up, then undefined', () => {
    fc.assert(
      fc.property(anySchedule, fc.nat(40), anyChance, (schedule, attemptsMade, chance) => {
        const at = nextAttemptAt(schedule, { attemptsMade, nowMs, chance })
        expect(at === undefined).toBe(attemptsMade >= schedule.length)
        if (at !== undefined) expect(Number.isSafeInteger(at)).toBe(true)
      }),
    )
  })

  it('is not prolonged by Retry-After once the schedule is used up', () => {
    const used = { attemptsMade: 2, nowMs, chance: 0.5, retryAfterMs: 5_000 }
    expect(nextAttemptAt([0, 10_000], used)).toBeUndefined()
  })
})
