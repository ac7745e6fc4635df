import { describe, expect, it } from 'vitest'
import { type Breaker, closed, opened, slowed, untroubled } from '../../functions/domain/breaker.ts'
import { type HourOfAttempts, hourMs } from '../../functions/domain/failing.ts'
import { type Trouble, troubleOf } from '../../functions/domain/trouble.ts'
import { aWebhook, builtAt } from '../support/builders.ts'

const hour = Math.floor(builtAt / hourMs) * hourMs
/** An hour so many hours ago with so many attempts, and so many of them failed. */
const ago = (hours: number, total: number, errored: number): HourOfAttempts => ({
  startsAt: hour - hours * hourMs,
  total,
  errored,
})
const on = aWebhook()
const paused = aWebhook({ enabled: false, disabledAt: builtAt - 9 })
const gone = aWebhook({ ...paused, disabledReason: 'gone' })
const open = opened(untroubled, builtAt - 5)
const slow = slowed(untroubled, { perSecond: 2, nowMs: builtAt - 7 })
const bad = [ago(0, 2, 2), ago(3, 5, 5), ago(4, 2, 1)]
const failing = { kind: 'failing', since: hour - 3 * hourMs, failures: 7 } as const

describe('troubleOf', () => {
  it.each<[string, Trouble | undefined, [typeof on, Breaker, readonly HourOfAttempts[]]]>([
    ['to which nothing was sent', undefined, [on, untroubled, []]],
    ['that is well', undefined, [on, untroubled, [ago(0, 3, 0)]]],
    ['that failed once among successes', undefined, [on, closed(open), [ago(0, 3, 2)]]],
    ['with nothing but failures since a success', failing, [on, untroubled, bad]],
    ['with nothing but failures, and a breaker that opened later', failing, [on, open, bad]],
    [
      'with a failure of two days ago, and silence since',
      { kind: 'failing', since: hour - 48 * hourMs, failures: 1 },
      [on, untroubled, [ago(48, 1, 1)]],
    ],
    ['that has been silent for three days', undefined, [on, untroubled, [ago(72, 1, 1)]]],
    [
      'that was turned on after its failures',
      undefined,
      [aWebhook({ failuresFrom: builtAt }), untroubled, bad],
    ],
    [
      'whose breaker opened within an hour of success',
      { kind: 'failing', since: builtAt - 5, failures: null },
      [on, open, [ago(0, 30, 20)]],
    ],
    ['whose receiver is slow', { kind: 'slow', since: builtAt - 7 }, [on, slow, [ago(0, 3, 0)]]],
    ['whose receiver is slow and only fails', failing, [on, slow, bad]],
    ['that an admin paused', undefined, [paused, open, bad]],
    [
      'that the service turned off',
      { kind: 'disabled', since: builtAt - 9, reason: 'gone' },
      [gone, untroubled, []],
    ],
  ])('judges one %s', (_, expected, [webhook, breaker, hours]) => {
    expect(troubleOf(webhook, { breaker, hours, nowMs: builtAt })).toEqual(expected)
  })
})
