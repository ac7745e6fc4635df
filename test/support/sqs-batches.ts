import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { lambdaContext } from '../../local/lambda-context.ts'

export interface EventSource {
  readonly queues: SQSClient
  readonly url: string
  readonly handler: (batch: SQSEvent, context: ReturnType<typeof lambdaContext>) => Promise<SQSBatchResponse>
}

const batchSize = 10

/**
 * Does what Lambda's event source does, once: receives a batch, has it handled, and deletes what was. What was not stays
 * on the queue, and comes again when its visibility is over.
 * @returns how many messages there were.
 */
export async function handleBatchOnce(
  { queues, url, handler }: EventSource,
  { waitSeconds = 0, signal }: { waitSeconds?: number; signal?: AbortSignal } = {},
): Promise<number> {
  const { Messages = [] } = await queues.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: batchSize,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
    }),
    signal === undefined ? {} : { abortSignal: signal },
  )
  if (Messages.length === 0) return 0
  const { batchItemFailures } = await handler(toSqsEvent(url, Messages), lambdaContext('worker'))
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  const done = Messages.filter(({ MessageId = '' }) => !failed.has(MessageId))
  if (done.length > 0) {
    const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
    await queues.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }))
  }
  return Messages.length
}

function toSqsEvent(url: string, messages: readonly Message[]): SQSEvent {
  return {
    Records: messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: {
        ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? '1',
        SentTimestamp: Attributes.SentTimestamp ?? '',
        SenderId: Attributes.SenderId ?? '',
        ApproximateFirstReceiveTimestamp: Attributes.ApproximateFirstReceiveTimestamp ?? '',
        ...(Attributes.MessageGroupId !== undefined && { MessageGroupId: Attributes.MessageGroupId }),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:eu-central-1:000000000000:${url.split('/').at(-1)}`,
      awsRegion: 'eu-central-1',
    })),
  }
}
