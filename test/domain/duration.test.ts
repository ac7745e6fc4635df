import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../functions/domain/duration.ts'

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['14h', 50_400_000],
    ['30d', 2_592_000_000],
    ['0s', 0],
    ['0ms', 0],
    ['1.5h', 5_400_000],
    ['0.25s', 250],
    ['007m', 420_000],
    [' 5m ', 300_000],
    ['999999999s', 999_999_999_000],
  ])('reads %j as %d ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs)
  })

  it.each([
    '',
    '5',
    's',
    '5 m',
    '5M',
    '5min',
    '5m30s',
    '-5m',
    '+5m',
    '.5m',
    '5.m',
    '1.2345s',
    '1e3s',
    '0x5s',
    '５m',
    '5m\n5m',
    '5w',
    'Infinitys',
    '1234567890123s',
  ])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [1_500, '1500ms'],
    [5_000, '5s'],
    [90_000, '90s'],
    [300_000, '5m'],
    [7_200_000, '2h'],
    [86_400_000, '1d'],
    [90_000_000, '25h'],
  ])('writes %d ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text)
  })

  it('writes what parseDuration reads back', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.constantFrom(1, 1_000, 60_000, 3_600_000), (count, unitMs) => {
        const durationMs = count * unitMs
        expect(parseDuration(formatDuration(durationMs))).toBe(durationMs)
      }),
    )
  })
})
