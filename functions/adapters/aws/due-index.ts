import { type Delivery, isTerminal } from '../../domain/delivery.ts'
import { type Row, toRow } from './delivery-item.ts'
import { readMark, readRows } from './delivery-rows.ts'
import { addDueMark, removeDueMark } from './due-marks.ts'
import { deliveryKey, duePartition, dueShards, placeOf } from './log-keys.ts'
import type { LogStore } from './log-store.ts'
import { mergeShards } from './merged-shards.ts'

// Marks are written before their rows. One that no row has caught up with for so long was left by a process that died
// between the two; its message has come again since.
const patienceMs = 3_600_000

/**
 * What the sweep finds by the marks of deliveries that are not over. Each is held against its delivery's row, and one that
 * the row has left behind is removed when its time comes.
 */
export class DueIndex {
  readonly #store: LogStore

  constructor(store: LogStore) {
    this.#store = store
  }

  /** Has a delivery looked at at another time; one that is over, or not in the log, never. */
  async move(deliveryId: string, at: number): Promise<void> {
    const row = deliveryKey(deliveryId)
    if (row === undefined) return
    await addDueMark(this.#store, deliveryId, at)
    const moved = await this.#store.table.update(
      row,
      { set: { sweep_at: at } },
      { condition: { text: '#sweep_at >= :earliest', values: { earliest: 0 } }, returning: 'old' },
    )
    const leftBehind = moved === undefined ? at : toRow(moved.item).sweepAt
    if (leftBehind !== null && (moved === undefined || leftBehind !== at))
      await removeDueMark(this.#store, deliveryId, leftBehind)
  }

  /** Up to `limit` deliveries that the sweep should have looked at by `nowMs`, the longest overdue first. */
  async due(nowMs: number, limit: number): Promise<readonly Delivery[]> {
    const { items } = await mergeShards<Delivery>({
      shards: dueShards,
      descending: false,
      limit,
      maxRead: Number.POSITIVE_INFINITY,
      read: async (shard, range) => {
        const pk = duePartition(shard)
        const { items: found, next } = await this.#store.table.page({ pk, to: placeOf(nowMs, '~'), ...range })
        const marks = found.map(readMark)
        // As of now: the sweep reads on right after it has moved a page of them.
        const rows = await readRows(
          this.#store.table,
          marks.map(({ id }) => id),
          { consistent: true },
        )
        const judged = marks.map((mark) => ({ ...mark, ...judge(mark.time, rows.get(mark.id), nowMs) }))
        await Promise.all(
          judged.map(({ id, time, isStale }) => (isStale ? removeDueMark(this.#store, id, time) : undefined)),
        )
        return { items: judged.flatMap(({ sk, due }) => (due ? [{ sk, item: due }] : [])), next }
      },
    })
    return items.map(({ item }) => item)
  }
}

/** What a mark is worth: a delivery to look at, or nothing any more, or nothing yet. */
function judge(
  markedAt: number,
  row: Row | undefined,
  nowMs: number,
): { readonly due?: Delivery; readonly isStale: boolean } {
  const isOpen = row !== undefined && row.sweepAt !== null && !isTerminal(row.delivery.status)
  if (isOpen && row.sweepAt === markedAt) return { due: row.delivery, isStale: false }
  const isLeftBehind = row !== undefined && (!isOpen || (row.sweepAt ?? 0) > markedAt)
  return { isStale: isLeftBehind || markedAt < nowMs - patienceMs }
}
