import type { Delivery } from './resources.ts'

/**
 * The rows with a page of the log put in, both newest first: what is known is brought up to date, what is newer comes on top.
 * Of the rows only those are looked at whose times the page covers, for there may be 100,000 others.
 * `hasGap`: between the page and the rows there may be deliveries that are in neither. The same array when nothing changed.
 */
export function mergeRows(
  rows: readonly Delivery[],
  page: readonly Delivery[],
): { rows: readonly Delivery[]; added: number; hasGap: boolean } {
  const incoming = new Map(page.map((delivery) => [delivery.id, delivery]))
  const start = firstNotNewer(rows, page[0]?.created_at ?? '')
  let changed = 0
  const covered: Delivery[] = []
  for (let at = start; at < rows.length && incoming.size > 0; at++) {
    const row = rows[at]
    if (row === undefined || row.created_at < (page.at(-1)?.created_at ?? '')) break
    const newer = incoming.get(row.id)
    incoming.delete(row.id)
    const isSame = newer === undefined || (newer.updated_at === row.updated_at && newer.status === row.status)
    if (!isSame) changed++
    covered.push(isSame ? row : newer)
  }
  const isKnown = incoming.size < page.length
  const [newest] = rows
  const added = [...incoming.values()]
  const onTop =
    newest === undefined ? added : added.filter(({ created_at }) => created_at >= newest.created_at)
  const hasGap = rows.length > 0 && page.length > 0 && !isKnown
  if (changed === 0 && onTop.length === 0) return { rows, added: 0, hasGap }
  const after = start + covered.length
  return {
    rows: [...onTop, ...rows.slice(0, start), ...covered, ...rows.slice(after)],
    added: onTop.length,
    hasGap,
  }
}

/** The index of the first row that is no newer than the time. */
function firstNotNewer(rows: readonly Delivery[], time: string): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.created_at ?? '') > time) low = middle + 1
    else high = middle
  }
  return low
}
