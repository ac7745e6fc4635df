import { describe, expect, it } from 'vitest'
import { type Breaker, opened, slowed, untroubled } from '../../functions/domain/breaker.ts'
import {
  afterExperience,
  type Experience,
  type Health,
  healthOf,
  isDown,
  longer,
  noStreak,
  silentPace,
  slowPace,
} from '../../functions/domain/receiver-health.ts'
import { answered, unanswered } from '../support/builders.ts'

const start = 1_000_000_000
const slow = { afterMs: 1_000, mostInFlight: 50 }

describe('healthOf', () => {
  it.each([200, 204, 301, 400, 401, 404, 410, 422])(
    'takes %d for an answer of a receiver that is up',
    (status) => {
      expect(healthOf(answered(status))).toBe('up')
    },
  )

  it.each([408, 425, 429, 500, 502, 503, 504])('takes %d for one that cannot cope', (status) => {
    expect(healthOf(answered(status))).toBe('down')
  })

  it('tells a receiver that hangs from one that is down, and neither from no request', () => {
    for (const reason of ['dns', 'connection', 'tls', 'protocol'] as const)
      expect(healthOf(unanswered(reason))).toBe('down')
    expect(healthOf(unanswered('timeout'))).toBe('hung')
    for (const reason of ['denied', 'breaker'] as const) expect(healthOf(unanswered(reason))).toBe('unknown')
  })
})

describe('isDown', () => {
  const isDownAfter = (healths: readonly ('down' | 'hung')[]) => isDown(healths.reduce(longer, noStreak))

  it('is so after ten failures, or three that took all the time there is', () => {
    expect(isDownAfter(Array.from({ length: 9 }, () => 'down'))).toBe(false)
    expect(isDownAfter(Array.from({ length: 10 }, () => 'down'))).toBe(true)
    expect(isDownAfter(['hung', 'down', 'hung'])).toBe(false)
    expect(isDownAfter(['hung', 'down', 'hung', 'hung'])).toBe(true)
  })
})

describe('slowPace', () => {
  it('keeps about so many under way, counting in powers of two seconds', () => {
    const paces = [101, 125, 126, 400, 1_001, 2_000, 2_001, 7_000, 15_000].map((ms) => slowPace(ms, slow))
    expect(paces).toEqual([400, 400, 200, 100, 25, 25, 12.5, 6.25, 3.125])
  })
})

describe('afterExperience', () => {
  const downStreak = { failures: 10, hung: 0 }
  const changed = (breaker: Breaker, health: Health, over: Partial<Experience> = {}) => {
    const [sentAt, nowMs] = [start + 60_000, over.nowMs ?? start + 60_010]
    const waitedMs = nowMs - sentAt
    return afterExperience(breaker, {
      ...{ attemptId: 'dlv_1', health, streak: noStreak, sentAt, nowMs, waitedMs, slow },
      ...over,
    })
  }
  const open = opened(untroubled, start)
  const probing = { ...open, probe: { attemptId: 'dlv_1', at: start } }

  it('leaves a closed breaker as it is, but for a streak of failures', () => {
    expect(changed(untroubled, 'up')).toBeUndefined()
    expect(changed(untroubled, 'down', { streak: { failures: 9, hung: 0 } })).toBeUndefined()
    expect(changed(untroubled, 'unknown', { streak: downStreak })).toBeUndefined()
    expect(changed(untroubled, 'down', { streak: downStreak })).toMatchObject({ kind: 'open', version: 1 })
  })

  it('closes with the probe that succeeds, and waits longer after one that fails', () => {
    expect(changed(probing, 'up')).toEqual({ kind: 'closed', version: 2 })
    expect(changed(probing, 'hung')).toMatchObject({
      kind: 'open',
      since: start,
      waitMs: 20_000,
      probe: null,
    })
    expect(changed(probing, 'unknown')).toMatchObject({ waitMs: 20_000, probe: null })
  })

  it('closes with any success sent since it opened, and heeds no other failure', () => {
    expect(changed(open, 'up')).toEqual({ kind: 'closed', version: 2 })
    expect(changed(open, 'up', { sentAt: start - 1 })).toBeUndefined()
    expect(changed(open, 'down', { streak: downStreak })).toBeUndefined()
    expect(changed(probing, 'down', { attemptId: 'dlv_2' })).toBeUndefined()
  })

  it('slows with an answer that took long, and where there is slowness only', () => {
    const long = { nowMs: start + 63_000 }
    expect(changed(untroubled, 'up', long)).toMatchObject({ kind: 'slow', perSecond: 12.5 })
    expect(changed(untroubled, 'up', { ...long, slow: undefined })).toBeUndefined()
  })

  it('goes slower at once, faster after ten seconds, and closes once answers come soon', () => {
    const slowSince = (since: number) => slowed(untroubled, { perSecond: 12.5, nowMs: start + since })
    expect(changed(slowSince(59_000), 'up', { nowMs: start + 67_000 })).toMatchObject({ perSecond: 6.25 })
    expect(changed(slowSince(59_000), 'up', { nowMs: start + 61_500 })).toBeUndefined()
    expect(changed(slowSince(50_000), 'up', { nowMs: start + 61_500 })).toMatchObject({ perSecond: 25 })
    expect(changed(slowSince(59_000), 'up')).toBeUndefined()
    expect(changed(slowSince(50_000), 'up')).toEqual({ kind: 'closed', version: 2 })
    expect(changed(slowSince(50_000), 'hung', { streak: { failures: 3, hung: 3 } })).toMatchObject({
      kind: 'open',
    })
  })

  it('goes by the first answer that took long when the pace was set in silence', () => {
    const silent = slowed(untroubled, { perSecond: silentPace(slow), nowMs: start + 59_000 })
    expect(changed(silent, 'up', { nowMs: start + 61_500 })).toMatchObject({ kind: 'slow', perSecond: 25 })
    expect(changed(silent, 'up')).toBeUndefined()
    expect(changed(silent, 'hung', { nowMs: start + 75_000 })).toBeUndefined()
  })
})
