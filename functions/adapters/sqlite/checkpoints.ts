import { once } from 'node:events'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import * as z from 'zod/mini'

/** Pages of the write-ahead log, and how many of them stand in the database file too. */
const Progress = z.object({ log: z.number(), checkpointed: z.number() })
const Made = z.union([Progress, z.object({ error: z.string() })])
// However fast pages are written.
const mostTimesFull = 4
/** Of the pages that are copied beside the writing in one go, what is copied in a few milliseconds. */
const littleShare = 1 / 8

export interface CheckpointOptions {
  /** So many pages are copied while others are written. */
  readonly stepPages?: number
  /** From so many pages on the log is to begin anew. */
  readonly fullPages?: number
  /** Told when one failed; the log then grows, and it is tried again later. */
  readonly onFailed?: (error: string) => void
}

/**
 * Copies the write-ahead log into the database file, in a thread of its own: SQLite does so within a commit, and then
 * everything waits for the disk, for 5 to 60 ms each second under load.
 *
 * The log begins anew only when all of it has been copied, which never happens while more is written. So most of it is
 * copied beside the writing, and when the log is full, writing waits for the little that is left, a few milliseconds, which
 * stops nothing else.
 * Both syncs of a checkpoint are SQLite's own, as they would be in a commit.
 */
export class Checkpoints {
  readonly #file: string
  readonly #stepPages: number
  readonly #fullPages: number
  readonly #onFailed: (error: string) => void
  readonly #progress: StatementSync
  #thread: Worker | undefined
  #underWay: Promise<void> | undefined
  /** Not to be tried before the log has so many pages: the last one could not copy all, because of a reader or a full disk. */
  #notBefore = 0

  /** @param file the database's, which `database` has open. */
  constructor(
    database: DatabaseSync,
    file: string,
    { stepPages = 2_000, fullPages = 8_000, onFailed = () => {} }: CheckpointOptions = {},
  ) {
    this.#file = file
    this.#stepPages = stepPages
    this.#fullPages = fullPages
    this.#onFailed = onFailed
    // Looks, and copies nothing.
    this.#progress = database.prepare('pragma wal_checkpoint(noop)')
  }

  /**
   * To be called after a commit: begins a checkpoint when one is due.
   * @returns what the next commit has to wait for, if anything. Never rejects.
   */
  afterCommit(): Promise<void> | undefined {
    const { log, checkpointed } = z.parse(Progress, this.#progress.get())
    if (log < this.#stepPages) {
      this.#notBefore = 0
      return undefined
    }
    if (log < this.#notBefore) return undefined
    const left = log - checkpointed
    const isFull = log >= this.#fullPages
    // What is left of a full log is first made little.
    const isLast = isFull && (left <= littleShare * this.#stepPages || log >= mostTimesFull * this.#fullPages)
    if (isFull || left >= this.#stepPages) this.#underWay ??= this.#make(log)
    return isLast ? this.#underWay : undefined
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    while (this.#underWay !== undefined) await this.#underWay
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.idle()
    if (this.#thread === undefined) return
    const ended = once(this.#thread, 'exit')
    this.#thread.postMessage('end')
    await ended
  }

  async #make(log: number): Promise<void> {
    const made = await this.#makeInThread()
    if ('error' in made) this.#onFailed(made.error)
    if ('error' in made || made.checkpointed < log) this.#notBefore = log + this.#stepPages
    this.#underWay = undefined
  }

  async #makeInThread(): Promise<z.infer<typeof Made>> {
    // Only a server that writes much needs it.
    this.#thread ??= this.#start()
    this.#thread.postMessage('make')
    try {
      const [made] = await once(this.#thread, 'message')
      return z.parse(Made, made)
    } catch (error) {
      return { error: String(error) }
    }
  }

  #start(): Worker {
    return new Worker(new URL('./checkpoint-thread.ts', import.meta.url), {
      workerData: this.#file,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    }).on('error', () => {
      // The next checkpoint has a new one.
      this.#thread = undefined
    })
  }
}
