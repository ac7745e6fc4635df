import type { DatabaseSync } from 'node:sqlite'
import type { GroupCommit } from './group-commit.ts'
import type { PayloadCache } from './payload-cache.ts'

/** What every SQLite adapter works with. */
export interface SqliteStore {
  readonly database: DatabaseSync
  readonly commits: GroupCommit
  readonly now: () => number
  /** How long rows of the log are shown; afterwards they are hidden at once and deleted in small batches. */
  readonly retentionMs: number
  /** Of events whose payload is not erased; absent: each is read from the table. */
  readonly payloads?: PayloadCache
}
