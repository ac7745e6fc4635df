import type { Delivery } from './resources.ts'

/**
 * The rows with a page of the log put in, both newest first: what is known is brought up to date, what is newer comes on top.
 * `hasGap`: between the page and the rows there may be deliveries that are in neither. The same array when nothing changed.
 */
export function mergeRows(
  rows: readonly Delivery[],
  page: readonly Delivery[],
): { rows: readonly Delivery[]; added: number; hasGap: boolean } {
  const incoming = new Map(page.map((delivery) => [delivery.id, delivery]))
  let changed = 0
  const updated = rows.map((row) => {
    const newer = incoming.get(row.id)
    if (newer === undefined) return row
    incoming.delete(row.id)
    if (newer.updated_at === row.updated_at && newer.status === row.status) return row
    changed++
    return newer
  })
  const isKnown = incoming.size < page.length
  const added = [...incoming.values()]
  if (changed === 0 && added.length === 0) return { rows, added: 0, hasGap: false }
  const [newest] = rows
  const onTop =
    newest === undefined ? added : added.filter(({ created_at }) => created_at >= newest.created_at)
  return {
    rows: [...onTop, ...updated],
    added: onTop.length,
    hasGap: rows.length > 0 && page.length > 0 && !isKnown,
  }
}
