/** An item and its sort key. */
export interface Placed<Item> {
  readonly sk: string
  readonly item: Item
}

/** What was read of a shard: the wanted items in order, and the sort key up to which it was looked through. */
export interface ShardPage<Item> {
  readonly items: readonly Placed<Item>[]
  /** Undefined at the shard's end. */
  readonly next: string | undefined
}

export interface ShardWalk<Item> {
  readonly shards: number
  readonly descending: boolean
  /** Most items to return. */
  readonly limit: number
  /** Stop with what there is after about so many were read, wanted or not. */
  readonly maxRead: number
  /** Reads at most `limit` items of a shard, beginning behind `startAfter`. */
  read(shard: number, range: { startAfter: string | undefined; limit: number }): Promise<ShardPage<Item>>
}

interface Run<Item> {
  readonly shard: number
  readonly waiting: readonly Placed<Item>[]
  readonly next: string | undefined
  readonly isOver: boolean
}

const maxPageSize = 500

/**
 * Reads shards that are sorted each, as one list in that order, without reading much more of them than it returns.
 * @returns the items, and behind which sort key the list goes on; undefined when it is at its end. It may go on though
 * there are fewer items than asked for.
 */
export async function mergeShards<Item>({
  shards,
  descending,
  limit,
  maxRead,
  read,
}: ShardWalk<Item>): Promise<{ items: readonly Placed<Item>[]; next: string | undefined }> {
  const compare = (a: string, b: string) => (a === b ? 0 : a < b === descending ? 1 : -1)
  const items: Placed<Item>[] = []
  let runs = Array.from({ length: shards }, (_, shard): Run<Item> => {
    return { shard, waiting: [], next: undefined, isOver: false }
  })
  let readSoFar = 0
  for (let pageSize = firstPageSize(limit, shards); ; ) {
    runs = await Promise.all(
      runs.map(async (run) => {
        if (run.isOver || run.waiting.length > 0) return run
        const page = await read(run.shard, { startAfter: run.next, limit: pageSize })
        readSoFar += pageSize
        return { ...run, waiting: page.items, next: page.next, isOver: page.next === undefined }
      }),
    )
    // Beyond the shard that has come least far, another item of that shard may come first.
    const known = runs.flatMap(({ next }) => next ?? []).sort(compare)[0]
    const isKnown = ({ sk }: Placed<Item>) => known === undefined || compare(sk, known) <= 0
    items.push(...runs.flatMap(({ waiting }) => waiting.filter(isKnown)).sort((a, b) => compare(a.sk, b.sk)))
    runs = runs.map((run) => ({ ...run, waiting: run.waiting.filter((item) => !isKnown(item)) }))
    if (items.length > limit) return { items: items.slice(0, limit), next: items[limit - 1]?.sk }
    if (known === undefined || items.length === limit || readSoFar >= maxRead) return { items, next: known }
    pageSize = Math.min(4 * pageSize, maxPageSize, Math.ceil((maxRead - readSoFar) / shards))
  }
}

/** Enough that the first look nearly always suffices: the mean of a shard's share and three deviations. */
function firstPageSize(limit: number, shards: number): number {
  const mean = limit / shards
  return Math.min(Math.ceil(mean + 3 * Math.sqrt(mean)), maxPageSize)
}
