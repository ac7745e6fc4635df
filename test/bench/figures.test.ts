import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMet, ratios } from '../../bench/bench.ts'
import { benchNames } from '../../bench/bench-names.ts'
import { benches } from '../../bench/benches.ts'
import { parsePlan } from '../../bench/plan.ts'
import { figureText, targetText, verdictText } from '../../bench/show/words.ts'
import { percentile, spread, summarise } from '../../bench/statistics.ts'

describe('statistics', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[4, 1, 3], { median: 3, min: 1, max: 4 }],
    [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
  ])('give median and extremes of %j', (values, expected) => {
    expect(spread(values)).toEqual(expected)
  })

  it('give the median that sorting gives', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const sorted = values.toSorted((a, b) => a - b)
        const [low, high] = [
          sorted[Math.floor((sorted.length - 1) / 2)],
          sorted[Math.floor(sorted.length / 2)],
        ]
        expect(spread(values).median).toBe(((low ?? 0) + (high ?? 0)) / 2)
      }),
    )
  })

  it('take percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, nth) => nth + 1)
    expect(summarise(hundred)).toEqual({ count: 100, p50: 50, p90: 90, p99: 99, max: 100 })
    expect(percentile([], 0.5)).toBeNaN()
  })
})

describe('a verdict', () => {
  it.each([
    [[4, 5, 6], { atMost: 5 }, true],
    [[4, 5.1, 6], { atMost: 5 }, false],
    [[4, 5, 6], { atLeast: 5 }, true],
    [[4, 4.9, 6], { atLeast: 5 }, false],
    [[], { atMost: 5 }, false],
    [[Number.NaN], { atLeast: 5 }, false],
  ])('goes by the median: %j held to %j is %s', (values, target, met) => {
    expect(isMet({ values, target })).toBe(met)
  })

  it('is none without a target', () => {
    expect(isMet({ values: [1] })).toBeUndefined()
    expect(verdictText({ label: '', unit: '', values: [1] })).toBe('')
  })

  it('compares variants repetition by repetition', () => {
    // Both took twice as long in the second round: the machine was busy.
    expect(ratios([10, 20, 11], [5, 10, 5])).toEqual([2, 2, 2.2])
  })
})

describe('a figure', () => {
  it.each([
    [{ values: [1234.56], unit: '/s' }, '1,235 /s'],
    [{ values: [3, 1, 2], unit: 'ms', digits: 1 }, '2.0 (1.0–3.0) ms'],
    [{ values: [0.5], unit: '', digits: 2 }, '0.50'],
    [{ values: [], unit: 'ms' }, 'not measured'],
  ])('%j reads %s', (figure, text) => {
    expect(figureText(figure)).toBe(text)
  })

  it.each([
    [{ unit: 'ms', target: { atMost: 5 } }, '≤ 5 ms'],
    [{ unit: '×', target: { atMost: 1.25 } }, '≤ 1.25 ×'],
    [{ unit: '/s', target: { atLeast: 3_000 } }, '≥ 3,000 /s'],
    [{ unit: 'ms' }, ''],
  ])('held to %j reads %s', (figure, text) => {
    expect(targetText(figure)).toBe(text)
  })
})

describe('a plan', () => {
  it('names all benches unless told otherwise, each of which there is', () => {
    expect(parsePlan([])).toMatchObject({
      names: benchNames,
      quick: false,
      logEvents: true,
      rows: 10_000_000,
    })
    expect(Object.keys(benches)).toEqual([...benchNames])
    for (const name of benchNames) expect(benches[name].name).toBe(name)
  })

  it('takes some by name, and less of everything', () => {
    const plan = parsePlan(['--only', 'log,engine', '--quick', '--repetitions', '2', '--quiet'])
    expect(plan).toMatchObject({ names: ['log', 'engine'], repetitions: 2, logEvents: false, rows: 100_000 })
  })

  it.each([
    [['--only', 'speed'], /no bench "speed"\. There are bundle, /],
    [['--repetitions', '0'], /--repetitions takes a whole number from 1 to 20/],
    [['--rows', 'many'], /--rows takes a whole number/],
    [['--docs', '--quick'], /--docs writes what a whole run came to/],
    [['--fast'], /--fast/],
  ])('refuses %j and says why', (args, message) => {
    expect(() => parsePlan(args)).toThrow(message)
  })
})
