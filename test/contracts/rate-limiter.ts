import { describe, expect, it } from 'vitest'
import type { RateLimiter } from '../../functions/use-cases/keep-pace.ts'
import { aWebhook } from '../support/builders.ts'
import { type Open, perTest } from './harness.ts'

export interface RateLimiterPorts {
  readonly limiter: RateLimiter
}

const horizonMs = 15 * 60_000

/** What every rate limiter does: places one interval apart, none given twice. */
export function rateLimiterContract(name: string, open: Open<RateLimiterPorts>): void {
  describe(`the rate limiter of ${name}`, () => {
    const given = perTest(open)
    const { id: webhookId } = aWebhook()
    /** Reserves a place; tells how long from now it is. */
    const wait = async (perSecond: number, { of = webhookId, within = horizonMs } = {}) => {
      const { limiter, clock } = given()
      const at = await limiter.reserve(of, { perSecond, nowMs: clock.now(), horizonMs: within })
      return at === undefined ? undefined : at - clock.now()
    }
    const waits = async (count: number, perSecond: number, options = {}) => {
      const all: (number | undefined)[] = []
      for (let nth = 0; nth < count; nth++) all.push(await wait(perSecond, options))
      return all
    }

    it.each([
      [0.1, 10_000],
      [1, 1_000],
      [4, 250],
      [1_000, 1],
    ])(
      'gives places at %d a second that are %d ms apart, the first at once',
      async (perSecond, intervalMs) => {
        expect(await waits(4, perSecond)).toEqual([0, intervalMs, 2 * intervalMs, 3 * intervalMs])
      },
    )

    it('does not drift when the interval is no whole number of milliseconds', async () => {
      const all = await waits(61, 3)
      for (const [nth, waitMs] of all.entries())
        expect(Math.abs((waitMs ?? 0) - (nth * 1_000) / 3)).toBeLessThanOrEqual(1)
    })

    it('gives no place twice to those who ask at once', async () => {
      const all = await Promise.all(Array.from({ length: 30 }, () => wait(10)))
      const sorted = all.map((waitMs) => waitMs ?? Number.NaN).toSorted((a, b) => a - b)
      expect(sorted).toEqual(Array.from({ length: 30 }, (_, nth) => nth * 100))
    })

    it.each([0.5, 3, 40])(
      'keeps %d a second in any window, whoever asks at once and whatever their clocks say',
      async (perSecond) => {
        const { limiter, clock } = given()
        const skews = [0, 0, 0, -600_000, 70, 600_000]
        const places: number[] = []
        for (let round = 0; round < 3; round++) {
          const asked = Array.from({ length: 30 }, (_, nth) => {
            const nowMs = clock.now() + (skews[nth % skews.length] ?? 0)
            return limiter.reserve(webhookId, { perSecond, nowMs, horizonMs: 2 * horizonMs })
          })
          places.push(...(await Promise.all(asked)).flatMap((at) => at ?? []))
          await clock.advance(7_777)
        }
        const sorted = places.toSorted((a, b) => a - b)
        expect(sorted).toHaveLength(90)
        // Places are whole milliseconds, so a window may lack one at its end.
        for (const windowMs of [1_000, 10_000, 60_000])
          for (const [nth, from] of sorted.entries()) {
            const within = sorted.slice(nth).filter((at) => at < from + windowMs).length
            expect(within).toBeLessThanOrEqual(Math.ceil(((windowMs + 1) * perSecond) / 1_000))
          }
      },
    )

    it('saves up no places while it is idle', async () => {
      await waits(2, 10)
      await given().clock.advance(60_000)
      expect(await waits(3, 10)).toEqual([0, 100, 200])
    })

    it('gives the rest of an interval as time goes by', async () => {
      expect(await waits(3, 10)).toEqual([0, 100, 200])
      await given().clock.advance(130)
      expect(await waits(2, 10)).toEqual([170, 270])
    })

    it('reserves nothing past the horizon', async () => {
      const options = { within: 2_000 }
      expect(await waits(5, 1, options)).toEqual([0, 1_000, 2_000, undefined, undefined])
      await given().clock.advance(1_000)
      expect(await waits(2, 1, options)).toEqual([2_000, undefined])
    })

    it('keeps webhooks apart', async () => {
      const { id: other } = aWebhook()
      expect(await waits(2, 1)).toEqual([0, 1_000])
      expect(await waits(2, 1, { of: other })).toEqual([0, 1_000])
    })
  })
}
