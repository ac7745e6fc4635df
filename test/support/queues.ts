import type { SQSEvent } from 'aws-lambda'
import type { SqliteQueue } from '../../functions/adapters/sqlite/sqlite-queue.ts'
import type { Queue } from '../../functions/domain/messages.ts'
import { builtAt } from './builders.ts'

/** Takes all that is due off a queue, bodies as JSON values. `seen`: it was handed out before. */
export async function takeDue(
  queue: SqliteQueue<never>,
  nowMs: number,
): Promise<{ body: unknown; seen: boolean }[]> {
  const taken: { body: unknown; seen: boolean }[] = []
  for (;;) {
    const batches = await queue.receive(1_000)
    if (batches.length === 0) return taken
    for (const messages of batches) {
      await queue.finish(messages, { isDone: () => true, retryAt: nowMs })
      for (const { body, receiveCount } of messages)
        taken.push({ body: JSON.parse(body), seen: receiveCount > 1 })
    }
  }
}

/** A queue that will not take the messages that `isRefused` picks, as SQS may, and takes the others. */
export function refusing<Body>(queue: Queue<Body>, isRefused: (id: string) => boolean): Queue<Body> {
  return {
    send: async (messages) => {
      const refused = messages.filter(({ id }) => isRefused(id))
      const others = await queue.send(messages.filter((message) => !refused.includes(message)))
      return [...others, ...refused.map(({ id }) => id)]
    },
  }
}

/** A batch as SQS hands it to a function: the nth message, from 1, has the id `m<n>`. Text goes in as it is. */
export function aBatch(bodies: readonly unknown[], receiveCount = 1): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index + 1}`,
      receiptHandle: `receipt-${index + 1}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: String(builtAt),
        SenderId: 'tests',
        ApproximateFirstReceiveTimestamp: String(builtAt),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:queue',
      awsRegion: 'eu-central-1',
    })),
  }
}
