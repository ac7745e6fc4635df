import type { Log } from '../../middleware/log.ts'
import type { Table } from './table.ts'

/** What every adapter over the LOG table works with. */
export interface LogStore {
  readonly table: Table
  readonly now: () => number
  /** How long the log is shown, milliseconds; DynamoDB deletes what has expired some days later. */
  readonly retentionMs: number
  readonly log: Log
}

/** The time of `expires_at`, which DynamoDB counts in whole seconds, for something that is shown until `ms`. */
export function expiresAt(ms: number): number {
  return Math.ceil(ms / 1_000)
}
