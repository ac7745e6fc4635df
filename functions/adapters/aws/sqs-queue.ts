import { setTimeout as delay } from 'node:timers/promises'
import { type BatchResultErrorEntry, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { maxQueueDelayMs, type Outgoing, type Queue } from '../../domain/messages.ts'
import type { Log } from '../../middleware/log.ts'
import { batchesOf, type Entry } from './sqs-batches.ts'
import { orUnavailable } from './unavailable.ts'

export interface SqsQueueOptions {
  readonly url: string
  readonly now: () => number
  readonly log: Log
  readonly pause?: (durationMs: number) => Promise<unknown>
}

interface Sent {
  /** Entries to send again. */
  readonly again: readonly Entry[]
  readonly refused: readonly Entry[]
}

const resendWaitsMs = [50, 200, 800]
const maxRequestsAtOnce = 16

/**
 * The sending side of an SQS queue; Lambda's event source is the other. It knows no message by its id: what is sent
 * twice is there twice, and workers tell by the log what was done.
 */
export class SqsQueue<Body> implements Queue<Body> {
  readonly #client: SQSClient
  readonly #options: SqsQueueOptions

  constructor(client: SQSClient, options: SqsQueueOptions) {
    this.#client = client
    this.#options = options
  }

  /** Rejects only when the queue took nothing at all and said so by an error: with Unavailable when that may pass. */
  async send(messages: readonly Outgoing<Body>[]): Promise<readonly string[]> {
    const nowMs = this.#options.now()
    let waiting: readonly Entry[] = messages.map((message) => toEntry(message, nowMs))
    const refused: Entry[] = []
    const errors: unknown[] = []
    for (const waitMs of [...resendWaitsMs, undefined]) {
      const results = await inTurn(batchesOf(waiting), (batch) => this.#sendBatch(batch, errors))
      refused.push(...results.flatMap((result) => result.refused))
      waiting = results.flatMap((result) => result.again)
      if (waiting.length === 0 || waitMs === undefined) break
      await (this.#options.pause ?? delay)(waitMs)
    }
    refused.push(...waiting)
    if (errors.length > 0 && refused.length === messages.length) throw errors[0]
    return refused.map(({ id }) => id)
  }

  async #sendBatch(batch: readonly Entry[], errors: unknown[]): Promise<Sent> {
    const command = new SendMessageBatchCommand({
      QueueUrl: this.#options.url,
      Entries: batch.map(({ message }, index) => ({ ...message, Id: String(index) })),
    })
    try {
      const { Failed = [] } = await orUnavailable('The queue', () => this.#client.send(command))
      if (Failed.length > 0) this.#tell(Failed.length, Failed[0]?.Code)
      return sortFailed(batch, Failed)
    } catch (error) {
      // The SDK has tried again already.
      errors.push(error)
      this.#tell(batch.length, nameOf(error))
      return { again: [], refused: batch }
    }
  }

  #tell(count: number, code: string | undefined): void {
    this.#options.log.error('the queue refused messages', { queue: this.#options.url, count, code })
  }
}

/** What is wrong with the message itself will be wrong again; anything else may pass. */
function sortFailed(batch: readonly Entry[], failed: readonly BatchResultErrorEntry[]): Sent {
  const faults = new Map(failed.map(({ Id, SenderFault }) => [Id, SenderFault === true]))
  const ofKind = (isSenderFault: boolean) =>
    batch.filter((_, index) => faults.get(String(index)) === isSenderFault)
  return { again: ofKind(false), refused: ofKind(true) }
}

function toEntry<Body>({ id, body, group, notBefore }: Outgoing<Body>, nowMs: number): Entry {
  const text = messageText(body)
  const waitMs = Math.min((notBefore ?? nowMs) - nowMs, maxQueueDelayMs)
  return {
    id,
    bytes: Buffer.byteLength(text),
    message: {
      MessageBody: text,
      ...(group === undefined ? {} : { MessageGroupId: group }),
      ...(waitMs > 0 ? { DelaySeconds: Math.ceil(waitMs / 1_000) } : {}),
    },
  }
}

/**
 * JSON that SQS takes and hands out unchanged: not U+FFFE and U+FFFF (https://www.w3.org/TR/REC-xml/#charsets), nor,
 * since not every emulator takes them, characters beyond. Escaped they are the same text.
 */
function messageText(body: unknown): string {
  return JSON.stringify(body).replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  )
}

function nameOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.name : String(cause)
}

/** Does the work for every item, a bounded number at a time; results in order. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const rest = items.entries()
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(maxRequestsAtOnce, items.length) }, worker))
  return results
}
