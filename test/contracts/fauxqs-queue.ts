import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { vi } from 'vitest'
import { sqsClient } from '../../functions/adapters/aws/clients.ts'
import { SqsLevels } from '../../functions/adapters/aws/sqs-levels.ts'
import { SqsQueue } from '../../functions/adapters/aws/sqs-queue.ts'
import { patientNobody, silent } from './emulator.ts'
import type { ManualClock } from './harness.ts'
import { type Body, maxReceives, type ReceivedMessage } from './queue.ts'

/** A message with what ends it. */
export interface SqsMessage extends ReceivedMessage {
  readonly receipt: string
}

/**
 * Starts SQS's emulator in this process, with one queue and its dead-letter queue, and what Lambda's event source does
 * with them. The emulator tells time by `Date`, which follows `clock` until it is closed.
 */
export async function openQueue(clock: ManualClock) {
  vi.useFakeTimers({ toFake: ['Date'], now: clock.now() })
  clock.follow(async () => {
    vi.setSystemTime(clock.now())
  })
  const emulator = buildApp({ logger: false })
  const client = sqsClient({
    ...patientNobody,
    endpoint: await emulator.listen({ port: 0, host: '127.0.0.1' }),
  })
  const deadLetterUrl = await createQueue(client, 'dead-letters')
  const deadLetterTargetArn = (await attributesOf(client, deadLetterUrl)).QueueArn
  const url = await createQueue(client, 'queue', {
    // Longer than any test's clock runs: what is in flight comes back only when it is told to.
    VisibilityTimeout: '43200',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: maxReceives }),
  })
  const sender = new SqsQueue<Body>(client, { url, now: clock.now, log: silent })
  return {
    client,
    url,
    queue: {
      send: (messages: Parameters<typeof sender.send>[0]) => sender.send(messages),
      receive: (limit: number) => receive(client, url, limit),
      finish: async (
        batch: readonly SqsMessage[],
        { isDone, retryAt }: { isDone: (message: SqsMessage) => boolean; retryAt: number },
      ) => {
        for (const message of batch) {
          const named = { QueueUrl: url, ReceiptHandle: message.receipt }
          const VisibilityTimeout = Math.ceil((retryAt - clock.now()) / 1_000)
          if (isDone(message)) await client.send(new DeleteMessageCommand(named))
          else await client.send(new ChangeMessageVisibilityCommand({ ...named, VisibilityTimeout }))
        }
      },
    },
    level: async () =>
      (await new SqsLevels(client, [{ queue: 'queue', url, deadLettersUrl: deadLetterUrl }]).levels())[0],
    close: async () => {
      client.destroy()
      await emulator.close()
      vi.useRealTimers()
    },
  }
}

/** Makes a queue; resolves with its URL. */
export async function createQueue(
  client: SQSClient,
  name: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
  if (QueueUrl === undefined) throw new Error(`The emulator made no queue ${name}.`)
  return QueueUrl
}

/** All attributes of a queue. */
export async function attributesOf(client: SQSClient, url: string): Promise<Partial<Record<string, string>>> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })
  return (await client.send(command)).Attributes ?? {}
}

async function receive(client: SQSClient, url: string, limit: number): Promise<SqsMessage[][]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: limit,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  )
  const messages = Messages.map(({ Body = '', ReceiptHandle = '', Attributes }) => ({
    body: Body,
    receipt: ReceiptHandle,
    receiveCount: Number(Attributes?.ApproximateReceiveCount),
  }))
  return messages.length === 0 ? [] : [messages]
}
