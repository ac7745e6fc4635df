import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeShards, type Placed } from '../../../functions/adapters/aws/merged-shards.ts'
import { readAll } from '../../contracts/harness.ts'

interface Item {
  readonly sk: string
  readonly shard: number
  readonly wanted: boolean
}

const someItems = fc.uniqueArray(
  fc.record({
    sk: fc.nat({ max: 9_999 }).map((number) => String(number).padStart(4, '0')),
    shard: fc.nat({ max: 3 }),
    wanted: fc.boolean(),
  }),
  { selector: ({ sk }) => sk, maxLength: 120 },
)

/** Shards as DynamoDB reads them: a page ends after `limit` items, wanted or not, and may tell of more where none is. */
function shardsOf(all: readonly Item[], descending: boolean) {
  const reads: number[] = []
  const direction = descending ? -1 : 1
  const order = (a: Item, b: Item) => (a.sk < b.sk ? -direction : direction)
  const read = async (shard: number, range: { startAfter: string | undefined; limit: number }) => {
    const { startAfter, limit } = range
    const isBehind = ({ sk }: Item) =>
      startAfter === undefined || (descending ? sk < startAfter : sk > startAfter)
    const found = all
      .filter((item) => item.shard === shard)
      .sort(order)
      .filter(isBehind)
      .slice(0, limit)
    reads.push(found.length)
    const items = found.filter(({ wanted }) => wanted).map((item): Placed<Item> => ({ sk: item.sk, item }))
    return { items, next: found.length === limit ? found.at(-1)?.sk : undefined }
  }
  const wanted = all.filter((item) => item.wanted).sort(order)
  return { read, reads, wanted }
}

describe('mergeShards', () => {
  it('gives what is wanted of all shards once each and in order, whatever the pages', async () => {
    const property = fc.asyncProperty(
      someItems,
      fc.boolean(),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 60 }),
      async (all, descending, limit, maxRead) => {
        const { read, wanted } = shardsOf(all, descending)
        const items = await readAll(async (cursor) => {
          const { items, next } = await mergeShards<Item>({
            shards: 4,
            descending,
            limit,
            maxRead,
            read: (shard, { startAfter = cursor, limit }) => read(shard, { startAfter, limit }),
          })
          expect(items.length).toBeLessThanOrEqual(limit)
          return { items: items.map(({ item }) => item), next }
        })
        expect(items).toEqual(wanted)
      },
    )
    await fc.assert(property, { numRuns: 500 })
  })

  it('fills a page from one look when the shards are even', async () => {
    const all = Array.from({ length: 400 }, (_, at) => {
      return { sk: String(at).padStart(4, '0'), shard: at % 4, wanted: true }
    })
    const { read, reads } = shardsOf(all, true)
    const walk = { shards: 4, descending: true, limit: 20, maxRead: 1_000, read }
    const { items, next } = await mergeShards(walk)
    expect(items.map(({ sk }) => sk)).toEqual(
      all
        .slice(-20)
        .reverse()
        .map(({ sk }) => sk),
    )
    expect(next).toBe('0380')
    expect(reads).toEqual([12, 12, 12, 12])
  })

  it('stops after a bounded look, and says where to go on', async () => {
    const all = Array.from({ length: 4_000 }, (_, at) => {
      return { sk: String(at).padStart(4, '0'), shard: at % 4, wanted: at === 0 }
    })
    const { read, reads } = shardsOf(all, true)
    const walk = { shards: 4, descending: true, limit: 20, maxRead: 1_000, read }
    const { items, next } = await mergeShards(walk)
    expect(items).toEqual([])
    expect(Number(next)).toBeLessThan(3_100)
    expect(reads.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1_004)
  })

  it('tells the end when there is no more', async () => {
    const { read } = shardsOf([{ sk: '0001', shard: 2, wanted: true }], true)
    const walk = { shards: 4, descending: true, limit: 1, maxRead: 100, read }
    expect(await mergeShards(walk)).toMatchObject({ items: [{ sk: '0001' }], next: undefined })
  })
})
