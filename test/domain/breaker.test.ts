import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  admit,
  type OpenBreaker,
  opened,
  probeFailed,
  slowed,
  untroubled,
} from '../../functions/domain/breaker.ts'

const minute = 60_000
const start = 1_000_000_000
const open = opened(untroubled, start)
const at = (nowMs: number, over: Partial<Parameters<typeof admit>[1]> = {}) => ({
  attemptId: 'dlv_1',
  nowMs: start + nowMs,
  latest: Number.POSITIVE_INFINITY,
  chance: 0,
  ...over,
})
const probing: OpenBreaker = { ...open, probe: { attemptId: 'dlv_1', at: start + 10_000 } }

describe('admit', () => {
  it('lets everything go while the breaker is closed, and at a pace while it is slow', () => {
    expect(admit(untroubled, at(0))).toEqual({ kind: 'send' })
    const slow = slowed(untroubled, { perSecond: 4, nowMs: start })
    expect(admit(slow, at(0))).toEqual({ kind: 'pace', perSecond: 4 })
  })

  it.each([
    ['ten seconds at least', 0, 0, 10_000],
    ['as long as it has been open', 9 * minute, 0, 18 * minute],
    ['up to half as long again', 10 * minute, 0.5, 22.5 * minute],
  ])('puts off for %s', (_, nowMs, chance, until) => {
    const admission = admit(
      { ...probing, probe: { attemptId: 'dlv_2', at: start + nowMs } },
      at(nowMs, { chance }),
    )
    expect(admission).toEqual({ kind: 'wait', until: start + until, since: start })
  })

  it('puts off no longer than an attempt may be, and then fails it', () => {
    expect(admit(open, at(1_000, { latest: start + 5_000 }))).toMatchObject({ until: start + 5_000 })
    expect(admit(open, at(5_000, { latest: start + 5_000 }))).toEqual({ kind: 'fail', since: start })
  })

  it('lets one probe once its time has come, and it again should its message come again', () => {
    const probe = { attemptId: 'dlv_1', at: start + 10_000 }
    expect(admit(open, at(9_999))).toMatchObject({ kind: 'wait' })
    expect(admit(open, at(10_000))).toEqual({ kind: 'probe', claimed: { ...open, version: 2, probe } })
    expect(admit(probing, at(10_000))).toEqual({ kind: 'probe', claimed: undefined })
    expect(admit(probing, at(20_000, { attemptId: 'dlv_2' }))).toMatchObject({ kind: 'wait' })
  })

  it('gives up no probe that may be under way by a clock ten minutes off, and every probe in the end', () => {
    const other = (nowMs: number) => admit(probing, at(nowMs, { attemptId: 'dlv_2' })).kind
    // Begun by a clock ten minutes slow, looked at by one ten minutes fast, while its request takes 15 s.
    expect(other(10_000 + 20 * minute + 15_000)).toBe('wait')
    expect(other(10_001 + 21 * minute)).toBe('probe')
  })

  it('has more than what came back in no second, however long it was open: all is put off by twice its age', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10_000, max: 100 * minute }),
        fc.integer({ min: 1, max: 60_000 }),
        (age, gap) => {
          const until = (nowMs: number) => {
            const admission = admit(
              { ...probing, probe: { attemptId: 'dlv_2', at: start + nowMs } },
              at(nowMs),
            )
            return admission.kind === 'wait' ? admission.until : Number.NaN
          }
          expect(until(age + gap) - until(age)).toBeGreaterThanOrEqual(gap)
        },
      ),
    )
  })
})

describe('probeFailed', () => {
  it('doubles the wait for the next probe, up to five minutes', () => {
    const waits: number[] = []
    for (let breaker = open, nth = 0; nth < 7; nth++) {
      breaker = probeFailed(breaker, start)
      waits.push((breaker.probeAt - start) / 1_000)
    }
    expect(waits).toEqual([20, 40, 80, 160, 300, 300, 300])
  })
})
