import { describe, expect, it } from 'vitest'
import { documentClient } from '../../../functions/adapters/aws/clients.ts'
import { DynamoSources } from '../../../functions/adapters/aws/dynamo-sources.ts'
import { Table } from '../../../functions/adapters/aws/table.ts'
import { parseSealed } from '../../../functions/domain/sealed.ts'
import { billOf, onDynalite } from '../../contracts/dynalite-table.ts'
import { perTest } from '../../contracts/harness.ts'
import { aSource, builtAt } from '../../support/builders.ts'
import { fakeAws } from './fake-aws.ts'

const minute = 60_000

describe('DynamoSources', () => {
  const given = perTest(
    onDynalite((tables) => ({
      sources: new DynamoSources(tables.config),
      elsewhere: new DynamoSources(tables.config),
    })),
  )
  const lastEventAt = async () => (await given().elsewhere.all())[0]?.lastEventAt

  it('writes down one event of a source a minute', async () => {
    const { tables, sources } = given()
    const { id, ...source } = aSource()
    await sources.create({ id, ...source })
    const bill = await billOf(tables, async () => {
      for (let nth = 0; nth < 50; nth++) await sources.noteEvent(id, builtAt + nth * 2_000)
    })
    expect(bill).toEqual({ readUnits: 0, writeUnits: 2, calls: { UpdateItemCommand: 2 } })
    expect(await lastEventAt()).toBe(builtAt + minute)
  })

  it('lets an earlier event of another process not hide a later one', async () => {
    const { sources, elsewhere } = given()
    const source = aSource()
    await sources.create(source)
    await sources.noteEvent(source.id, builtAt + minute)
    await elsewhere.noteEvent(source.id, builtAt)
    expect(await lastEventAt()).toBe(builtAt + minute)
  })

  it('reads all sources for one unit while they are few', async () => {
    const { tables, sources } = given()
    for (let nth = 0; nth < 5; nth++) await sources.create(aSource())
    const bill = await billOf(tables, () => sources.all())
    expect(bill).toEqual({ readUnits: 1, writeUnits: 0, calls: { QueryCommand: 1 } })
  })

  it('takes a source that is created again for the same, unless its secret differs', async () => {
    const { sources } = given()
    const source = aSource()
    for (let nth = 0; nth < 2; nth++) await sources.create(source)
    await expect(sources.create({ ...source, secret: parseSealed('other') })).rejects.toThrow(source.id)
    expect(await sources.all()).toEqual([source])
  })

  it('lets no event fail because the table is throttled, and notes the next one', async () => {
    const { settings, calls } = await fakeAws((_, nth) =>
      nth === 1 ? { error: 'ThrottlingException' } : { output: {} },
    )
    const sources = new DynamoSources(new Table(documentClient(settings), 'config'))
    for (let nth = 0; nth < 3; nth++) await sources.noteEvent('src_1', builtAt)
    expect(calls).toHaveLength(2)
  })

  it('says so when it may not write at all', async () => {
    const { settings } = await fakeAws(() => ({ error: 'AccessDeniedException' }))
    const sources = new DynamoSources(new Table(documentClient(settings), 'config'))
    await expect(sources.noteEvent('src_1', builtAt)).rejects.toHaveProperty('name', 'AccessDeniedException')
  })
})
