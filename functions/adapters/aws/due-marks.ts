import { dueKey } from './log-keys.ts'
import { expiresAt, type LogStore } from './log-store.ts'

/**
 * Marks a delivery for the sweep to look at; call it before its row says so. There may be marks too many, never too few.
 */
export async function addDueMark(store: LogStore, deliveryId: string, at: number): Promise<void> {
  await store.table.put({ ...dueKey(deliveryId, at), expires_at: expiresAt(at + store.retentionMs) })
}

/** Takes a mark away; one that is not there is no error. */
export async function removeDueMark({ table }: LogStore, deliveryId: string, at: number): Promise<void> {
  await table.delete(dueKey(deliveryId, at))
}
