import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failingRun, type HourOfAttempts, hourMs, judge, warnings } from '../../functions/domain/failing.ts'

const dayMs = 24 * hourMs
const disableAfterMs = 5 * dayMs
const nowMs = 1_000 * dayMs
const longestSilenceMs = disableAfterMs / 2

/** Hours so many hours ago with one failure each, newest first; `ok`: with a success as well. */
function hoursAgo(...ages: readonly (number | { ok: number })[]): HourOfAttempts[] {
  return ages.map((age) =>
    typeof age === 'number'
      ? { startsAt: nowMs - age * hourMs, total: 1, errored: 1 }
      : { startsAt: nowMs - age.ok * hourMs, total: 2, errored: 1 },
  )
}
/** Failures every so many hours, from now to so many hours ago. */
const every = (step: number, oldest: number) =>
  hoursAgo(...Array.from({ length: Math.floor(oldest / step) + 1 }, (_, nth) => nth * step))

describe('failingRun', () => {
  const run = (hours: readonly HourOfAttempts[], from = 0) =>
    failingRun(hours, { from, longestSilenceMs, nowMs })

  it.each<[string, HourOfAttempts[], [number, number, number] | undefined]>([
    ['nothing was sent', [], undefined],
    ['all is well', hoursAgo({ ok: 0 }), undefined],
    ['it failed and then did not', hoursAgo({ ok: 1 }, 2, 3), undefined],
    ['it fails for the first time', hoursAgo(0), [0, 0, 1]],
    ['it fails since it last did not', hoursAgo(0, 5, 30, { ok: 31 }, 32), [30, 0, 3]],
    ['it failed a while ago', hoursAgo(59, 60, 70), [70, 59, 3]],
    ['it failed too long ago to tell', hoursAgo(61, 62), undefined],
    ['it was silent for as long as may be', hoursAgo(0, 60, 120), [120, 0, 3]],
    ['it was silent for longer', hoursAgo(0, 1, 62, 63), [1, 0, 2]],
  ])('says what goes on when %s', (_, hours, expected) => {
    const [since = 0, until = 0, failures] = expected ?? []
    expect(run(hours)).toEqual(
      expected && { since: nowMs - since * hourMs, until: nowMs - until * hourMs, failures },
    )
  })

  it('leaves out what does not count any more', () => {
    expect(run(every(1, 40), nowMs - 10.5 * hourMs)).toMatchObject({
      since: nowMs - 10 * hourMs,
      failures: 11,
    })
  })
})

describe('judge', () => {
  const verdict = (
    hours: readonly HourOfAttempts[],
    { failuresFrom = 0, warned = 0 }: { failuresFrom?: number; warned?: number } = {},
  ) => judge({ failuresFrom, warned }, hours, { disableAfterMs, nowMs })
  const since = (age: number) => ({ failuresFrom: nowMs - age * hourMs })

  it.each([
    [59, {}, { kind: 'keep' }],
    [60, {}, { kind: 'warn', percent: 50 }],
    [61, { ...since(61), warned: 50 }, { kind: 'keep' }],
    [84, { ...since(84), warned: 50 }, { kind: 'warn', percent: 70 }],
    [108, { ...since(108), warned: 70 }, { kind: 'warn', percent: 90 }],
    [119, { ...since(119), warned: 90 }, { kind: 'keep' }],
    [120, { ...since(120), warned: 90 }, { kind: 'disable' }],
    // Nobody looked for days: one warning stands for those that are overdue, and comes before the end.
    [115, {}, { kind: 'warn', percent: 90 }],
    [200, {}, { kind: 'warn', percent: 90 }],
    [200, { ...since(200), warned: 50 }, { kind: 'disable' }],
  ])('of failures since %s hours, with %o, comes to %o', (age, known, expected) => {
    expect(verdict(every(1, age), known)).toMatchObject(expected)
  })

  it('takes what it was warned of for over after a success, after a silence, and when another run begins', () => {
    const known = { ...since(100), warned: 70 }
    expect(verdict(hoursAgo({ ok: 0 }), known)).toEqual({ kind: 'recovered' })
    expect(verdict(hoursAgo(61, 100), known)).toEqual({ kind: 'recovered' })
    expect(verdict(hoursAgo(0, { ok: 1 }, 100), known)).toEqual({ kind: 'recovered' })
  })

  it('warns of another run anew', () => {
    expect(verdict([...every(1, 60), ...hoursAgo({ ok: 61 })], { ...since(200), warned: 90 })).toMatchObject({
      kind: 'warn',
      percent: 50,
    })
  })

  it('is not moved by silence: one event whose schedule ended long before the time', () => {
    for (const quietFor of [0, 10, 30, 50])
      expect(verdict(hoursAgo(quietFor, quietFor + 20, quietFor + 50))).toEqual({ kind: 'keep' })
  })

  const anyHours = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 9 }), fc.boolean()), {
      maxLength: 60,
    })
    .map((drawn) => {
      const byAge = new Map(drawn.map(([age, total, isFailing]) => [age, { total, isFailing }]))
      return [...byAge]
        .sort(([a], [b]) => a - b)
        .map(([age, { total, isFailing }]) => ({
          startsAt: nowMs - age * hourMs,
          total,
          errored: isFailing ? total : total - 1,
        }))
    })

  it('turns off only what failed at both ends of the time and never succeeded in between', () => {
    fc.assert(
      fc.property(anyHours, fc.integer({ min: 0, max: 300 }), (hours, from) => {
        const known = { ...since(from), warned: 90 }
        const found = verdict(hours, known)
        if (found.kind !== 'disable') return
        const { since: began, until } = found.run
        expect(until - began).toBeGreaterThanOrEqual(disableAfterMs)
        expect(nowMs - until).toBeLessThanOrEqual(longestSilenceMs)
        expect(began).toBe(known.failuresFrom)
        const within = hours.filter(({ startsAt }) => startsAt >= began)
        expect(within.every(({ total, errored }) => total === errored)).toBe(true)
        expect(within.some(({ startsAt }) => startsAt === began)).toBe(true)
      }),
    )
  })

  it('says each thing once, whatever happens between two looks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }), (steps) => {
        let known = { failuresFrom: 0, warned: 0 }
        let age = 0
        const said: number[] = []
        for (const step of steps) {
          age += step
          // It fails every hour; the end of the run stays where it is, and now moves on.
          const hours = Array.from({ length: age + 1 }, (_, nth) => ({
            startsAt: nowMs + (age - nth) * hourMs,
            total: 1,
            errored: 1,
          }))
          const found = judge(known, hours, { disableAfterMs, nowMs: nowMs + age * hourMs })
          if (found.kind === 'disable') {
            said.push(100)
            break
          }
          expect(found.kind).not.toBe('recovered')
          if (found.kind !== 'warn') continue
          said.push(found.percent)
          known = { failuresFrom: found.run.since, warned: found.percent }
        }
        expect(said).toEqual([...new Set(said)].sort((a, b) => a - b))
        if (said.includes(100)) expect(said.length).toBeGreaterThan(1)
        expect([...warnings, 100]).toEqual(expect.arrayContaining(said))
      }),
    )
  })
})
