import { describe, expect, it } from 'vitest'
import { DynamoTokens } from '../../../functions/adapters/aws/dynamo-tokens.ts'
import { billOf, onDynalite } from '../../contracts/dynalite-table.ts'
import { perTest } from '../../contracts/harness.ts'
import { aToken } from '../../support/builders.ts'
import { failing } from './failing.ts'

describe('DynamoTokens', () => {
  const given = perTest(
    onDynalite((tables) => ({
      tokens: new DynamoTokens(tables.config),
      elsewhere: new DynamoTokens(tables.config),
    })),
  )

  it('finds a token for half a read unit', async () => {
    const { tables, tokens } = given()
    const token = aToken()
    await tokens.create(token)
    expect(await billOf(tables, () => tokens.findByHash(token.hash))).toEqual({
      readUnits: 0.5,
      writeUnits: 0,
      calls: { GetItemCommand: 1 },
    })
  })

  it('looks again, at the price of a whole unit, before it says that there is no token', async () => {
    const { tables, tokens } = given()
    const bill = await billOf(tables, () => tokens.findByHash('unknown'))
    expect(bill).toEqual({ readUnits: 1.5, writeUnits: 0, calls: { GetItemCommand: 2 } })
  })

  it('takes a token that is created again for the same, unless its hash differs', async () => {
    const { tokens } = given()
    const token = aToken()
    for (let nth = 0; nth < 2; nth++) await tokens.create(token)
    await expect(tokens.create({ ...token, hash: 'other' })).rejects.toThrow(token.id)
    expect(await tokens.findByHash('other')).toBeUndefined()
  })

  it('never has a token that works and is not in the list', async () => {
    const { tables, tokens } = given()
    const token = aToken()
    await failing(tables, 'PutItemCommand', 2, () => tokens.create(token))
    expect(await tokens.list({ limit: 10 })).toEqual([token])
    expect(await tokens.findByHash(token.hash)).toBeUndefined()
    expect(await tokens.remove(token.id)).toBe(true)
    await tokens.create(token)
    await failing(tables, 'DeleteItemCommand', 2, () => tokens.remove(token.id))
    expect(await tokens.findByHash(token.hash)).toBeUndefined()
    expect(await tokens.list({ limit: 10 })).toEqual([token])
    expect(await tokens.remove(token.id)).toBe(true)
    expect(await tokens.list({ limit: 10 })).toEqual([])
  })

  it('finds a token no longer that another process removed, however often it was found before', async () => {
    const { tokens, elsewhere } = given()
    const token = aToken()
    await elsewhere.create(token)
    for (let nth = 0; nth < 3; nth++) expect(await tokens.findByHash(token.hash)).toEqual(token)
    await elsewhere.remove(token.id)
    expect(await tokens.findByHash(token.hash)).toBeUndefined()
  })

  it('tells one of those who remove a token at once that it did', async () => {
    const { tokens, elsewhere } = given()
    const { id, ...token } = aToken()
    await tokens.create({ id, ...token })
    const removed = await Promise.all([tokens, elsewhere, tokens].map((each) => each.remove(id)))
    expect(removed.filter(Boolean)).toHaveLength(1)
  })
})
