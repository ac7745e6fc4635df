import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atShare, type ScalingRules, simulateBurst } from '../../bench/burst/simulate.ts'

const rules: ScalingRules = { atFirst: 5, morePerMinute: 300, startMs: 0 }
const taking = (ms: number, mostAtOnce = 200, fanOut = 1) => ({ mostAtOnce, fanOut, batchMs: () => ms })

describe('a burst', () => {
  it('that five batches hold takes one batch', () => {
    expect(simulateBurst(50, [taking(100)], rules)).toMatchObject({ seconds: 0.1, mostAtOnce: 5 })
  })

  it('waits for the sixth batch until there is room or one has ended', () => {
    expect(simulateBurst(60, [taking(100)], rules).seconds).toBe(0.2)
    // Room grows by one each 200 ms.
    expect(simulateBurst(60, [taking(1_000)], rules).seconds).toBe(1.2)
  })

  it('is drained as the sum over growing room says', () => {
    // Batches begun by t seconds: ∫ (5 + 5 t) dt ÷ 0.4 s = 10,000, so t is a bit above 39.
    const { seconds, mostAtOnce } = simulateBurst(100_000, [taking(400)], rules)
    expect(seconds).toBeGreaterThan(38)
    expect(seconds).toBeLessThan(41)
    expect(mostAtOnce).toBeGreaterThanOrEqual(195)
  })

  it('never runs more batches at once than the setting allows', () => {
    const { seconds, mostAtOnce } = simulateBurst(1_000, [taking(100, 2)], rules)
    expect(mostAtOnce).toBe(2)
    expect(seconds).toBe(5)
  })

  it('goes on to the next stage as batches end, with what they fan out', () => {
    const { seconds, bySecond } = simulateBurst(10, [taking(500, 20, 10), taking(100)], rules)
    expect(seconds).toBeCloseTo(0.7)
    expect(bySecond.at(-1)).toBe(100)
  })

  it('pays for the start of each instance once', () => {
    const { seconds } = simulateBurst(20, [taking(100, 1)], { ...rules, startMs: 300 })
    expect(seconds).toBeCloseTo(0.5)
  })

  it('lets an instance go on from its own last batch', () => {
    const nths: number[] = []
    const batchMs = (nth: number) => nths.push(nth) * 0 + 100
    simulateBurst(40, [{ mostAtOnce: 1, fanOut: 1, batchMs }], rules)
    expect(nths).toEqual([0, 1, 2, 3])
  })

  it('delivers everything, and takes no less time when batches take longer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 500 }), (messages, ms) => {
        const [some, longer] = [ms, ms * 2].map((took) => simulateBurst(messages, [taking(took)], rules))
        expect(some?.bySecond.at(-1)).toBe(messages)
        expect(longer?.seconds).toBeGreaterThanOrEqual(some?.seconds ?? 0)
      }),
      { numRuns: 30 },
    )
  })
})

describe('a share of the processor', () => {
  it('stretches what the processor did, not what was waited for', () => {
    expect(atShare({ wallMs: 120, cpuMs: 20 }, 1_769)).toBe(120)
    expect(atShare({ wallMs: 120, cpuMs: 20 }, 176.9)).toBeCloseTo(300)
    // With more memory than that there is a second processor, which one thread does not use.
    expect(atShare({ wallMs: 120, cpuMs: 20 }, 3_008)).toBe(120)
  })

  it('waits for nothing when several threads worked', () => {
    expect(atShare({ wallMs: 10, cpuMs: 15 }, 1_769)).toBe(15)
  })
})
