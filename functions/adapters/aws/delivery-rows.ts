import * as z from 'zod/mini'
import { deliveryAttributes, type Row, toRow } from './delivery-item.ts'
import { deliveryKey, readPlace } from './log-keys.ts'
import type { Table } from './table.ts'

const Item = z.object({ sk: z.string() })

export function sortKeyOf(item: unknown): string {
  return z.parse(Item, item).sk
}

/** A mark's sort key, and the time and delivery that it names. */
export function readMark(item: unknown): { readonly sk: string; readonly time: number; readonly id: string } {
  const sk = sortKeyOf(item)
  return { sk, ...readPlace(sk) }
}

/** The rows of the deliveries that have one, by id, without attempts. `consistent`: as of now, at twice the price. */
export async function readRows(
  table: Table,
  deliveryIds: readonly string[],
  { consistent = false } = {},
): Promise<ReadonlyMap<string, Row>> {
  const keys = [...new Set(deliveryIds)].map(deliveryKey).filter((key) => key !== undefined)
  const items = await table.batchGet(keys, { consistent, attributes: deliveryAttributes })
  return new Map(items.map(toRow).map((row) => [row.delivery.id, row]))
}
