import { type FileHandle, open } from 'node:fs/promises'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type CheckpointOptions, Checkpoints } from './checkpoints.ts'

interface Write {
  /** Runs the statements; returns what to call once they are written. */
  readonly run: () => () => void
  readonly reject: (error: unknown) => void
  /** Whether the disk has to confirm it first. */
  readonly isDurable: boolean
}

/** The write-ahead log as far as GroupCommit needs it; a file handle is one. */
type WriteAheadLog = Pick<FileHandle, 'datasync' | 'close'>

interface Options {
  /**
   * Called when the disk refuses to confirm: what was committed may then be lost though a later sync succeeds
   * (https://wiki.postgresql.org/wiki/Fsync_Errors), so the process should end and recover at its next start.
   */
  readonly onBroken?: (error: unknown) => void
  /** How long `writeInCompany` waits for others; 0, which is the default: not at all. */
  readonly patienceMs?: number
  /** Without, checkpoints are SQLite's, within commits. */
  readonly checkpoints?: Checkpoints
}

/**
 * Runs writes together in one transaction and resolves them once the disk has confirmed it. While the disk works, the
 * next writes gather: the busier the server, the more of them share a commit.
 */
export class GroupCommit {
  readonly #log: WriteAheadLog
  readonly #statements: Readonly<Record<'begin' | 'commit' | 'rollback', StatementSync>>
  readonly #onBroken: (error: unknown) => void
  readonly #patienceMs: number
  readonly #checkpoints: Checkpoints | undefined
  #waiting: Write[] = []
  #isUrgent = false
  #flushing: Promise<void> | undefined
  #patience: NodeJS.Timeout | undefined

  /** For a log of one's own; what GroupCommit opens for a database's is had from `over`. */
  constructor(
    database: DatabaseSync,
    log: WriteAheadLog,
    { onBroken = () => {}, patienceMs = 0, checkpoints }: Options = {},
  ) {
    this.#log = log
    this.#onBroken = onBroken
    this.#patienceMs = patienceMs
    this.#checkpoints = checkpoints
    this.#statements = {
      begin: database.prepare('begin immediate'),
      commit: database.prepare('commit'),
      rollback: database.prepare('rollback'),
    }
  }

  /** @param file the database's; its write-ahead log stands beside it. */
  static async over(
    database: DatabaseSync,
    file: string,
    options?: Omit<Options, 'checkpoints'> & CheckpointOptions,
  ): Promise<GroupCommit> {
    const log = await open(`${file}-wal`, 'r+')
    return new GroupCommit(database, log, {
      ...options,
      checkpoints: new Checkpoints(database, file, options),
    })
  }

  /**
   * Runs `work` in the next transaction. Resolves with what it returned, once durable.
   * Rejects with what it threw, or with the store's error, and then nothing of it is stored.
   */
  write<Result>(work: () => Result): Promise<Result> {
    return this.#add(work, { isDurable: true, isUrgent: true })
  }

  /**
   * As `write`, for what nobody waits for: it joins the transaction of the next write that somebody does wait for, and
   * has one of its own only when none comes for some milliseconds.
   */
  writeInCompany<Result>(work: () => Result): Promise<Result> {
    return this.#add(work, { isDurable: true, isUrgent: this.#patienceMs === 0 })
  }

  /**
   * As `write`, but resolves as soon as it is committed, which survives the death of the process and not that of the
   * machine. For what matters only together with a later write: the log is in order, and the disk confirms neither
   * before the other.
   * @param inCompany whether it waits for others as `writeInCompany` does.
   */
  writeAhead<Result>(work: () => Result, { inCompany = false } = {}): Promise<Result> {
    return this.#add(work, { isDurable: false, isUrgent: !inCompany || this.#patienceMs === 0 })
  }

  /** Runs `work` while no checkpoint is under way. */
  async betweenCheckpoints<Result>(work: () => Result): Promise<Result> {
    await this.#checkpoints?.idle()
    return work()
  }

  /** Waits for all writes, then lets go of the log. The database itself stays open. */
  async close(): Promise<void> {
    // What waits for a write may write again.
    while (this.#waiting.length > 0 || this.#flushing !== undefined) {
      this.#start()
      await this.#flushing
    }
    await this.#checkpoints?.close()
    await this.#log.close()
  }

  #add<Result>(
    work: () => Result,
    { isDurable, isUrgent }: { isDurable: boolean; isUrgent: boolean },
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const run = () => {
        const result = work()
        return () => resolve(result)
      }
      this.#waiting.push({ run, reject, isDurable })
      if (isUrgent) this.#isUrgent = true
      this.#startInTime()
    })
  }

  #startInTime(): void {
    if (this.#flushing !== undefined || this.#waiting.length === 0) return
    if (this.#isUrgent) this.#start()
    else this.#patience ??= setTimeout(() => this.#start(), this.#patienceMs)
  }

  #start(): void {
    clearTimeout(this.#patience)
    this.#patience = undefined
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined
      this.#startInTime()
    })
  }

  async #flush(): Promise<void> {
    // Whatever else this turn of the event loop brings joins the transaction.
    await new Promise((resolve) => setImmediate(resolve))
    do {
      const writes = this.#waiting
      this.#waiting = []
      this.#isUrgent = false
      await this.#writeAll(writes)
      await this.#checkpoints?.afterCommit()
    } while (this.#isUrgent)
  }

  async #writeAll(writes: readonly Write[]): Promise<void> {
    const committed = this.#commitAll(writes)
    const durable = committed.filter(({ write }) => write.isDurable)
    for (const { write, resolve } of committed) if (!write.isDurable) resolve()
    try {
      if (durable.length > 0) await this.#log.datasync()
      // Whoever waited for no more than the commit may write the next thing now.
      else await new Promise((resolve) => setImmediate(resolve))
      for (const { resolve } of durable) resolve()
    } catch (error) {
      for (const { write } of durable) write.reject(error)
      this.#onBroken(error)
    }
  }

  /** Commits all in one transaction; if any fails, each in its own, so that one bad write spoils no other. */
  #commitAll(writes: readonly Write[]): { write: Write; resolve: () => void }[] {
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

  #commit(writes: readonly Write[]): { write: Write; resolve: () => void }[] {
    this.#statements.begin.run()
    try {
      const committed = writes.map((write) => ({ write, resolve: write.run() }))
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
