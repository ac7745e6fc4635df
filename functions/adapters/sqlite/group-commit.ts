import { type FileHandle, open } from 'node:fs/promises'
import type { DatabaseSync, StatementSync } from 'node:sqlite'

interface Write {
  /** Runs the statements; returns what to call once they are durable. */
  readonly run: () => () => void
  readonly reject: (error: unknown) => void
}

/** The write-ahead log as far as GroupCommit needs it; a file handle is one. */
type WriteAheadLog = Pick<FileHandle, 'datasync' | 'close'>

/**
 * Runs writes together in one transaction and resolves them once the disk has confirmed it. While the disk works, the
 * next writes gather: the busier the server, the more of them share a commit.
 */
export class GroupCommit {
  readonly #log: WriteAheadLog
  readonly #statements: Readonly<Record<'begin' | 'commit' | 'rollback', StatementSync>>
  readonly #onBroken: (error: unknown) => void
  #waiting: Write[] = []
  #flushing: Promise<void> | undefined

  /** For a log of one's own; what GroupCommit opens for a database's is had from `over`. */
  constructor(database: DatabaseSync, log: WriteAheadLog, onBroken: (error: unknown) => void = () => {}) {
    this.#log = log
    this.#onBroken = onBroken
    this.#statements = {
      begin: database.prepare('begin immediate'),
      commit: database.prepare('commit'),
      rollback: database.prepare('rollback'),
    }
  }

  /**
   * @param file the database's; its write-ahead log stands beside it.
   * @param onBroken called when the disk refuses to confirm: what was committed may then be lost though a later sync
   * succeeds (https://wiki.postgresql.org/wiki/Fsync_Errors), so the process should end and recover at its next start.
   */
  static async over(
    database: DatabaseSync,
    file: string,
    onBroken?: (error: unknown) => void,
  ): Promise<GroupCommit> {
    return new GroupCommit(database, await open(`${file}-wal`, 'r+'), onBroken)
  }

  /**
   * Runs `work` in the next transaction. Resolves with what it returned, once durable.
   * Rejects with what it threw, or with the store's error, and then nothing of it is stored.
   */
  write<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const run = () => {
        const result = work()
        return () => resolve(result)
      }
      this.#waiting.push({ run, reject })
      this.#flushing ??= this.#flush()
    })
  }

  /** Waits for all writes, then lets go of the log. The database itself stays open. */
  async close(): Promise<void> {
    // What waits for a write may write again.
    while (this.#flushing !== undefined) await this.#flushing
    await this.#log.close()
  }

  async #flush(): Promise<void> {
    // Whatever else this turn of the event loop brings joins the transaction.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const writes = this.#waiting
      this.#waiting = []
      const committed = this.#commitAll(writes)
      try {
        if (committed.length > 0) await this.#log.datasync()
        for (const resolve of committed) resolve()
      } catch (error) {
        for (const { reject } of writes) reject(error)
        this.#onBroken(error)
      }
    }
    this.#flushing = undefined
  }

  /** Commits all in one transaction; if any fails, each in its own, so that one bad write spoils no other. */
  #commitAll(writes: readonly Write[]): (() => void)[] {
    try {
      return this.#commit(writes)
    } catch (error) {
      const only = writes.length === 1 ? writes[0] : undefined
      if (only !== undefined) {
        only.reject(error)
        return []
      }
      return writes.flatMap((write) => this.#commitAll([write]))
    }
  }

  #commit(writes: readonly Write[]): (() => void)[] {
    this.#statements.begin.run()
    try {
      const committed = writes.map(({ run }) => run())
      this.#statements.commit.run()
      return committed
    } catch (error) {
      // A full disk makes SQLite roll back by itself; a second rollback would only hide the first error.
      try {
        this.#statements.rollback.run()
      } catch {}
      throw error
    }
  }
}
