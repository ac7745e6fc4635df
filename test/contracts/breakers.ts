import { describe, expect, it } from 'vitest'
import { admit, closed, opened, slowed, untroubled } from '../../functions/domain/breaker.ts'
import type { Breakers } from '../../functions/use-cases/heed-receiver.ts'
import { aWebhook } from '../support/builders.ts'
import { type Open, perTest } from './harness.ts'

export interface BreakersPorts {
  readonly breakers: Breakers
}

/** What every store of breakers does: of several who change one at once, one does. */
export function breakersContract(name: string, open: Open<BreakersPorts>): void {
  describe(`the breakers of ${name}`, () => {
    const given = perTest(open)

    it('are untroubled until they are changed', async () => {
      expect(await given().breakers.get(aWebhook().id)).toEqual(untroubled)
    })

    it('are as they were last changed, each for itself', async () => {
      const { breakers, clock } = given()
      const { id } = aWebhook()
      const open = opened(untroubled, clock.now())
      const probing = { ...open, version: 2, probe: { attemptId: 'dlv_1', at: clock.now() } }
      const slow = slowed(probing, { perSecond: 2.5, nowMs: clock.now() })
      for (const breaker of [open, probing, slow, closed(slow)]) {
        expect(await breakers.replace(id, breaker)).toBe(true)
        expect(await breakers.get(id)).toEqual(breaker)
      }
      expect(await breakers.get(aWebhook().id)).toEqual(untroubled)
    })

    it('are changed by one of those who try at once', async () => {
      const { breakers, clock } = given()
      const { id } = aWebhook()
      await breakers.replace(id, opened(untroubled, clock.now()))
      const breaker = await breakers.get(id)
      const claims = Array.from({ length: 20 }, (_, nth) =>
        admit(breaker, {
          attemptId: `dlv_${nth}`,
          nowMs: clock.now() + 10_000,
          latest: Infinity,
          chance: 0,
        }),
      )
      const won = await Promise.all(
        claims.map((claim) =>
          claim.kind === 'probe' && claim.claimed ? breakers.replace(id, claim.claimed) : false,
        ),
      )
      expect(won.filter((isWon) => isWon)).toHaveLength(1)
      expect(await breakers.get(id)).toMatchObject({ probe: { attemptId: `dlv_${won.indexOf(true)}` } })
    })

    it('are not changed by who knows an older state, nor where there is none yet', async () => {
      const { breakers, clock } = given()
      const { id } = aWebhook()
      const first = opened(untroubled, clock.now())
      expect(await breakers.replace(id, closed(first))).toBe(false)
      expect(await breakers.replace(id, first)).toBe(true)
      expect(await breakers.replace(id, first)).toBe(false)
      expect(await breakers.get(id)).toEqual(first)
    })
  })
}
