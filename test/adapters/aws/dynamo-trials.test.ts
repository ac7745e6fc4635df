import { describe, expect, it } from 'vitest'
import { DynamoTrials } from '../../../functions/adapters/aws/dynamo-trials.ts'
import { billOf, onDynalite } from '../../contracts/dynalite-table.ts'
import { perTest } from '../../contracts/harness.ts'

describe('DynamoTrials', () => {
  const given = perTest(
    onDynalite(({ config }, { now }) => ({
      processes: Array.from({ length: 12 }, () => new DynamoTrials(config, now)),
    })),
  )
  const howManyMay = async (webhookId: string) => {
    const asked = given().processes.map((trials) => trials.mayBegin(webhookId))
    return (await Promise.all(asked)).filter((mayBegin) => mayBegin).length
  }

  it('lets one at a time try a receiver that nobody knows, every half second', async () => {
    const { clock } = given()
    expect(await howManyMay('whk_1')).toBe(1)
    await clock.advance(499)
    expect(await howManyMay('whk_1')).toBe(0)
    await clock.advance(1)
    expect(await howManyMay('whk_1')).toBe(1)
    expect(await howManyMay('whk_2')).toBe(1)
  })

  it('lets all go to one that answered somebody soon, for a minute and without a write', async () => {
    const { clock, processes, tables } = given()
    await howManyMay('whk_1')
    await processes[0]?.passed('whk_1')
    const bill = await billOf(tables, async () => expect(await howManyMay('whk_1')).toBe(12))
    expect(bill).toMatchObject({ writeUnits: 0, readUnits: 6 })
    await clock.advance(60_000)
    expect(await howManyMay('whk_1')).toBe(1)
  })
})
