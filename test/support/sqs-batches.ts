import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { lambdaContext } from '../../local/lambda-context.ts'
import { aBatch } from './queues.ts'

export type BatchHandler = (
  batch: SQSEvent,
  context: ReturnType<typeof lambdaContext>,
) => Promise<SQSBatchResponse>

export interface EventSource {
  readonly queues: SQSClient
  readonly url: string
  readonly handler: BatchHandler
  /** Most messages of a batch; ten when left out, as deployed. */
  readonly batchSize?: number
}

/**
 * Does what Lambda's event source does, once: receives a batch, has it handled, and deletes what was. What was not stays
 * on the queue, and comes again when its visibility is over.
 * @returns how many messages there were.
 */
export async function handleBatchOnce({
  queues,
  url,
  handler,
  batchSize = 10,
}: EventSource): Promise<number> {
  const { Messages = [] } = await queues.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: batchSize,
      MessageSystemAttributeNames: ['All'],
    }),
  )
  if (Messages.length === 0) return 0
  const done = await handled(handler, Messages)
  if (done.length > 0) {
    const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
    await queues.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }))
  }
  return Messages.length
}

/** The messages that the function was done with; none when it failed as a whole. */
async function handled(handler: BatchHandler, messages: readonly Message[]): Promise<readonly Message[]> {
  const records = messages.map(({ MessageId = '', Body = '', Attributes }) => ({
    id: MessageId,
    body: Body,
    receiveCount: Number(Attributes?.ApproximateReceiveCount),
  }))
  const result = await handler(sqsEvent(records), lambdaContext('worker')).catch(() => undefined)
  const failed = new Set(result?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  return result === undefined ? [] : messages.filter(({ MessageId = '' }) => !failed.has(MessageId))
}

/** Messages as Lambda hands them to a function. */
export function sqsEvent(
  messages: readonly { readonly id: string; readonly body: string; readonly receiveCount: number }[],
): SQSEvent {
  return {
    Records: messages.flatMap(({ id: messageId, body, receiveCount }) =>
      aBatch([body], receiveCount).Records.map((record) => ({ ...record, messageId })),
    ),
  }
}
