import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import type { Received, SqliteQueue } from '../functions/adapters/sqlite/sqlite-queue.ts'
import type { Log } from '../functions/middleware/log.ts'
import { lambdaContext } from './lambda-context.ts'

export interface PollerOptions {
  /** Messages of one invocation; as on SQS, ten. */
  readonly batchSize: number
  /** Most messages in flight, all groups together. */
  readonly maxInFlight: number
}

type BatchHandler = (batch: SQSEvent, context: ReturnType<typeof lambdaContext>) => Promise<SQSBatchResponse>

const longestWaitMs = 60_000
/** Batches that begin in one go, which takes tenths of a millisecond each: in between is time for others. */
const mostAtOnce = 10

/** Hands a queue's messages to their entry as Lambda's event source mapping does: batches of one group, concurrently. */
export class QueuePoller {
  readonly #queue: SqliteQueue<unknown>
  readonly #handler: BatchHandler
  readonly #options: PollerOptions
  readonly #log: Log
  readonly #now: () => number
  readonly #running = new Set<Promise<void>>()
  #inFlight = 0
  /** How many the table was asked for. */
  #asked = 0
  #isStopped = false
  #isPumping = false
  #wokenWhilePumping = false
  #timer: NodeJS.Timeout | undefined

  constructor(
    queue: SqliteQueue<unknown>,
    handler: BatchHandler,
    { log, now, ...options }: PollerOptions & { log: Log; now: () => number },
  ) {
    this.#queue = queue
    this.#handler = handler
    this.#options = options
    this.#log = log
    this.#now = now
  }

  start(): void {
    this.#queue.onSent(() => this.#wake())
    this.#wake()
  }

  /** Takes no more messages; resolves when those in flight are over. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    while (this.#running.size > 0 || this.#isPumping) {
      await Promise.all([...this.#running, new Promise((resolve) => setImmediate(resolve))])
    }
  }

  #wake(): void {
    // What was sent just now need not wait until the table has been read for others.
    if (!this.#isStopped)
      for (const batch of this.#batches(this.#queue.receiveSent(this.#room))) this.#start(batch)
    if (this.#isPumping) this.#wokenWhilePumping = true
    else void this.#pump()
  }

  async #pump(): Promise<void> {
    this.#isPumping = true
    do {
      this.#wokenWhilePumping = false
      await this.#receiveAll()
    } while (this.#wokenWhilePumping && !this.#isStopped)
    this.#isPumping = false
    clearTimeout(this.#timer)
    const waitMs = this.#queue.nextDueAt() - this.#now()
    // A full house is woken by the next batch that ends.
    if (!this.#isStopped && this.#room > 0 && waitMs < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#wake(), Math.min(Math.max(waitMs, 1), longestWaitMs))
    }
  }

  async #receiveAll(): Promise<void> {
    try {
      while (!this.#isStopped && this.#room > 0) {
        const batches = await this.#receive()
        if (batches.length === 0) return
        for (const [nth, batch] of batches.entries()) {
          if (nth > 0 && nth % mostAtOnce === 0) await new Promise((resolve) => setImmediate(resolve))
          this.#start(batch)
        }
      }
    } catch (error) {
      this.#log.error('the queue could not be read', { queue: this.#queue.name, error: String(error) })
      // The store is in trouble (a full disk, say): the wait keeps us from spinning on it.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }

  /** Asks for what there is room for, but for half of that, which is for what is sent meanwhile. */
  async #receive(): Promise<readonly (readonly Received[])[]> {
    this.#asked = Math.ceil(this.#room / 2)
    try {
      return this.#batches(await this.#queue.receive(this.#asked))
    } finally {
      this.#asked = 0
    }
  }

  get #room(): number {
    return this.#options.maxInFlight - this.#inFlight - this.#asked
  }

  /** Makes batches of what was received, which counts as in flight from then on. */
  #batches(groups: readonly (readonly Received[])[]): readonly (readonly Received[])[] {
    const { batchSize } = this.#options
    return groups.flatMap((messages) => {
      this.#inFlight += messages.length
      return Array.from({ length: Math.ceil(messages.length / batchSize) }, (_, nth) =>
        messages.slice(nth * batchSize, (nth + 1) * batchSize),
      )
    })
  }

  #start(batch: readonly Received[]): void {
    const running = this.#handle(batch).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #handle(batch: readonly Received[]): Promise<void> {
    const failed = await this.#invoke(batch)
    const receives = Math.max(...batch.map(({ receiveCount }) => receiveCount))
    const retryAt = this.#now() + Math.min(1_000 * 2 ** (receives - 1), longestWaitMs)
    const finished = this.#finish(batch, { isDone: ({ id }) => !failed.has(id), retryAt })
    this.#inFlight -= batch.length
    this.#wake()
    await finished
    // What failed may be due again before anything else.
    if (failed.size > 0) this.#wake()
  }

  /** Returns the ids of those that are not done. */
  async #invoke(batch: readonly Received[]): Promise<ReadonlySet<string>> {
    try {
      const { batchItemFailures } = await this.#handler(
        toSqsEvent(this.#queue.name, batch),
        lambdaContext(this.#queue.name),
      )
      return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
    } catch (error) {
      this.#log.error('a batch failed as a whole', { queue: this.#queue.name, error: String(error) })
      return new Set(batch.map(({ id }) => id))
    }
  }

  /** Takes the batch off the queue; while the store cannot, it stays in flight. */
  async #finish(
    batch: readonly Received[],
    end: Parameters<SqliteQueue<unknown>['finish']>[1],
  ): Promise<void> {
    for (;;) {
      try {
        return await this.#queue.finish(batch, end)
      } catch (error) {
        this.#log.error('a batch could not be taken off the queue', {
          queue: this.#queue.name,
          error: String(error),
        })
        // After the next start it is handed out again, and recognised as done.
        if (this.#isStopped) return
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
    }
  }
}

function toSqsEvent(queue: string, batch: readonly Received[]): SQSEvent {
  return {
    Records: batch.map(({ id, body, group, sentAt, receiveCount }) => ({
      messageId: id,
      receiptHandle: id,
      body,
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: String(sentAt),
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: String(sentAt),
        MessageGroupId: group,
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:local:000000000000:${queue}`,
      awsRegion: 'local',
    })),
  }
}
