import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { documentClient } from '../../../functions/adapters/aws/clients.ts'
import { isAbsent, isThere } from '../../../functions/adapters/aws/expressions.ts'
import { Table } from '../../../functions/adapters/aws/table.ts'
import { Unavailable } from '../../../functions/domain/errors.ts'
import { onDynalite } from '../../contracts/dynalite-table.ts'
import { perTest } from '../../contracts/harness.ts'
import { fakeAws } from './fake-aws.ts'

const keysOf = (items: readonly unknown[]) =>
  items.map((item) => z.parse(z.object({ sk: z.string() }), item).sk)

describe('Table', () => {
  const given = perTest(onDynalite(({ config }) => ({ table: config })))
  const fill = async (sks: readonly string[], attributes: object = {}) => {
    await Promise.all(sks.map((sk) => given().table.put({ pk: 'p', sk, ...attributes })))
  }

  it('tells apart a condition that does not hold and an item that was not there', async () => {
    const { table } = given()
    const item = { pk: 'p', sk: 'a', n: 1 }
    expect(await table.put(item, { condition: isThere, returnOld: true })).toBeUndefined()
    expect(await table.put(item, { condition: isAbsent, returnOld: true })).toEqual({ old: undefined })
    expect(await table.put({ ...item, n: 2 }, { returnOld: true })).toEqual({ old: item })
    expect(
      await table.update({ pk: 'p', sk: 'b' }, { set: { n: 1 } }, { condition: isThere }),
    ).toBeUndefined()
    expect(await table.delete({ pk: 'p', sk: 'b' }, { condition: isThere })).toBeUndefined()
    expect(await table.delete({ pk: 'p', sk: 'b' })).toEqual({ old: undefined })
    expect(await table.delete({ pk: 'p', sk: 'a' })).toEqual({ old: { ...item, n: 2 } })
  })

  it('sets and counts up attributes, whatever they are called, and leaves the others', async () => {
    const { table } = given()
    const key = { pk: 'p', sk: 'a' }
    await table.put({ ...key, url: 'x', n: 1 })
    const changed = await table.update(
      key,
      { set: { name: 'y', url: undefined }, add: { n: 2, count: 1 } },
      { condition: { text: '#n = :n AND #url = :url', values: { n: 1, url: 'x' } }, returning: 'new' },
    )
    expect(changed).toEqual({ item: { ...key, url: 'x', n: 3, count: 1, name: 'y' } })
  })

  it('reads a range within its bounds, either way, from behind any key', async () => {
    const { table } = given()
    await fill(['a', 'b', 'c', 'd', 'e'])
    await table.put({ pk: 'q', sk: 'c' })
    const read = async (range: Omit<Parameters<Table['all']>[0], 'pk'>) =>
      keysOf(await table.all({ pk: 'p', ...range })).join('')
    expect(await read({})).toBe('abcde')
    expect(await read({ descending: true, limit: 2 })).toBe('edcba')
    expect(await read({ from: 'b', to: 'd' })).toBe('bcd')
    expect(await read({ from: 'bb' })).toBe('cde')
    expect(await read({ to: 'c', descending: true })).toBe('cba')
    expect(await read({ startAfter: 'cc' })).toBe('de')
    expect(await read({ from: 'b', to: 'd', startAfter: 'c', descending: true })).toBe('b')
    expect(await table.page({ pk: 'p', limit: 2 })).toMatchObject({ next: 'b' })
    expect(await read({ from: 'd', to: 'b' })).toBe('')
    expect(await table.page({ pk: 'p', from: 'f' })).toEqual({ items: [], next: undefined })
  })

  it('filters what it read, and gives only the attributes that are wanted', async () => {
    const { table } = given()
    await fill(['a', 'b'], { status: 'on', n: 1 })
    await fill(['c'], { status: 'off', n: 1 })
    const filter = { text: '#status = :status', values: { status: 'off' } }
    expect(await table.page({ pk: 'p', limit: 2, filter })).toEqual({ items: [], next: 'b' })
    expect(await table.all({ pk: 'p', filter, attributes: ['sk', 'n'] })).toEqual([{ sk: 'c', n: 1 }])
  })

  it('reads on where a megabyte ends', async () => {
    const { table } = given()
    const sks = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    await fill(sks, { filling: 'x'.repeat(300_000) })
    expect((await table.page({ pk: 'p' })).next).toBeDefined()
    expect(keysOf(await table.all({ pk: 'p' }))).toEqual(sks)
  })

  it('reads any number of items at once, and leaves out those that are not there', async () => {
    const { table } = given()
    const sks = Array.from({ length: 230 }, (_, nth) => String(1_000 + nth))
    await fill(sks)
    const keys = [...sks, 'absent'].map((sk) => ({ pk: 'p', sk }))
    expect(keysOf(await table.batchGet(keys, { attributes: ['sk'] })).sort()).toEqual(sks)
    expect(await table.batchGet([])).toEqual([])
  })
})

const Batch = z.object({ RequestItems: z.object({ config: z.object({ Keys: z.array(z.unknown()) }) }) })

describe('a table that gives out items a few at a time', () => {
  /** Gives out `perCall` of the items asked for, and names the others as unprocessed. */
  const openTable = async (perCall: number) => {
    const { settings, calls } = await fakeAws(({ input }) => {
      const { Keys } = z.parse(Batch, input).RequestItems.config
      const rest = Keys.slice(perCall)
      return {
        output: {
          Responses: { config: Keys.slice(0, perCall) },
          UnprocessedKeys: rest.length === 0 ? {} : { config: { Keys: rest, ConsistentRead: true } },
        },
      }
    })
    return { table: new Table(documentClient(settings), 'config'), calls }
  }
  const keys = ['a', 'b', 'c', 'd', 'e'].map((sk) => ({ pk: 'p', sk }))

  it('is asked again for those that it left out, and only those', async () => {
    const { table, calls } = await openTable(2)
    expect(keysOf(await table.batchGet(keys, { consistent: true }))).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(calls.map(({ input }) => z.parse(Batch, input).RequestItems.config.Keys.length)).toEqual([5, 3, 1])
  })

  it('is unavailable when it goes on leaving some out', async () => {
    const { table, calls } = await openTable(1)
    await expect(table.batchGet(keys)).rejects.toBeInstanceOf(Unavailable)
    expect(calls).toHaveLength(4)
  })
})
