import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from '../../functions/domain/retry-after.ts'

const nowMs = Date.UTC(2026, 10, 23, 14, 20)

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['007', 7_000],
    ['1000000000', 1e12],
    ['999999999999999', 999_999_999_999_999_000],
    ['Mon, 23 Nov 2026 14:20:01 GMT', 1_000],
    ['Tue, 24 Nov 2026 14:20:00 GMT', 86_400_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59) - nowMs],
  ])('reads %j as %d ms', (value, waitMs) => {
    expect(parseRetryAfter(value, nowMs)).toBe(waitMs)
  })

  it.each([
    undefined,
    '',
    ' ',
    'soon',
    '-1',
    '+1',
    '1.5',
    '1e9',
    '0x10',
    '1 s',
    '1, 2',
    '١',
    'NaN',
    'Infinity',
    '1000000000000000',
    'May',
    '2026-11-24T14:20:00Z',
    '24 Nov 2026 14:20:00 GMT',
    'Tue, 24 Nov 2026 14:20:00 +0000',
    'Tue, 24 Nov 2026 14:20:00',
    'Tue, 99 Foo 2026 14:20:00 GMT',
    'Tue, 24 Nov 2026 25:61:61 GMT',
  ])('ignores %j', (value) => {
    expect(parseRetryAfter(value, nowMs)).toBeUndefined()
  })

  it.each(['Mon, 23 Nov 2026 14:20:00 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'ignores a date that has passed: %s',
    (value) => {
      expect(parseRetryAfter(value, nowMs)).toBeUndefined()
    },
  )

  const anyDay = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  const almost = fc.oneof(
    fc.string(),
    fc.bigInt().map(String),
    fc.double().map(String),
    anyDay.map((day) => day.toUTCString()),
    anyDay.map((day) => day.toString()),
    fc.stringMatching(/^(Mon|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/),
  )

  it('never gives a wait that is negative or no number', () => {
    fc.assert(
      fc.property(almost, (value) => {
        const waitMs = parseRetryAfter(value, nowMs)
        expect(waitMs === undefined || (Number.isFinite(waitMs) && waitMs >= 0)).toBe(true)
      }),
    )
  })

  it('waits until the very second that a date to come names', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const untilMs = Math.floor(day.getTime() / 1_000) * 1_000
        expect(parseRetryAfter(day.toUTCString(), nowMs)).toBe(untilMs > nowMs ? untilMs - nowMs : undefined)
      }),
    )
  })
})
