import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod/mini'
import type { QueueLevel } from '../../use-cases/queue-levels.ts'
import { orUnavailable } from './unavailable.ts'

/** A queue and its dead letters, by their URLs. */
export interface CountedQueue {
  readonly queue: string
  readonly url: string
  readonly deadLettersUrl: string
}

const count = z.pipe(z.string().check(z.regex(/^\d+$/)), z.transform(Number))
const Attributes = z.object({
  ApproximateNumberOfMessages: count,
  ApproximateNumberOfMessagesDelayed: count,
})

/** How much waits, as SQS counts it: about, and some seconds late. How old the oldest is only CloudWatch knows. */
export class SqsLevels {
  readonly #client: SQSClient
  readonly #queues: readonly CountedQueue[]

  constructor(client: SQSClient, queues: readonly CountedQueue[]) {
    this.#client = client
    this.#queues = queues
  }

  /** @throws Unavailable. */
  levels(): Promise<readonly QueueLevel[]> {
    return Promise.all(
      this.#queues.map(async ({ queue, url, deadLettersUrl }) => {
        const [waiting, dead] = await Promise.all([this.#count(url), this.#count(deadLettersUrl)])
        return { queue, ...waiting, deadLetters: dead.due, oldestDueMs: undefined }
      }),
    )
  }

  async #count(url: string): Promise<Pick<QueueLevel, 'due' | 'delayed'>> {
    const command = new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesDelayed'],
    })
    const { Attributes: attributes } = await orUnavailable('The queue', () => this.#client.send(command))
    const known = z.parse(Attributes, attributes)
    return { due: known.ApproximateNumberOfMessages, delayed: known.ApproximateNumberOfMessagesDelayed }
  }
}
