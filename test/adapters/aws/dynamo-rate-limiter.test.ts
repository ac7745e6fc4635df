import { describe, expect, it } from 'vitest'
import { DynamoRateLimiter } from '../../../functions/adapters/aws/dynamo-rate-limiter.ts'
import { billOf, onDynalite } from '../../contracts/dynalite-table.ts'
import { perTest } from '../../contracts/harness.ts'
import { builtAt } from '../../support/builders.ts'

describe('DynamoRateLimiter', () => {
  const given = perTest(
    onDynalite((tables) => ({
      limiters: Array.from({ length: 4 }, () => new DynamoRateLimiter(tables.config)),
      reserve: (horizonMs = 900_000, nowMs = builtAt) =>
        new DynamoRateLimiter(tables.config).reserve('whk_1', { perSecond: 2, nowMs, horizonMs }),
    })),
  )

  it('pays one write for a place while the webhook is busy', async () => {
    const { tables, reserve } = given()
    await reserve()
    expect(await billOf(tables, () => reserve())).toEqual({
      readUnits: 0,
      writeUnits: 1,
      calls: { UpdateItemCommand: 1 },
    })
  })

  it('pays a second write and a read for the first place after a while', async () => {
    const { tables, reserve } = given()
    const first = { readUnits: 1, writeUnits: 2, calls: { UpdateItemCommand: 2, GetItemCommand: 1 } }
    expect(await billOf(tables, () => reserve())).toEqual(first)
    expect(await billOf(tables, () => reserve(0, builtAt + 60_000))).toEqual(first)
  })

  it('pays a write and a read to find that there is no place', async () => {
    const { tables, reserve } = given()
    for (let nth = 0; nth < 2; nth++) await reserve(500)
    const bill = await billOf(tables, async () => expect(await reserve(100)).toBeUndefined())
    expect(bill).toEqual({ readUnits: 1, writeUnits: 1, calls: { UpdateItemCommand: 1, GetItemCommand: 1 } })
  })

  it('gives no place twice to processes whose clocks differ', async () => {
    const { limiters } = given()
    const places = await Promise.all(
      Array.from({ length: 40 }, (_, nth) =>
        limiters[nth % 4]?.reserve('whk_1', {
          perSecond: 10,
          nowMs: builtAt + (nth % 4) * 30,
          horizonMs: 900_000,
        }),
      ),
    )
    const sorted = places.map((at) => at ?? Number.NaN).toSorted((a, b) => a - b)
    for (const [nth, at] of sorted.entries())
      if (nth > 0) expect(at - (sorted[nth - 1] ?? 0)).toBeGreaterThanOrEqual(100)
  })
})
