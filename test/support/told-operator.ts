import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns'
import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { snsClient } from '../../functions/adapters/aws/clients.ts'
import type { NoticeWords } from '../../functions/domain/notice-words.ts'
import { patientNobody } from '../contracts/emulator.ts'
import { attributesOf, createQueue } from '../contracts/fauxqs-queue.ts'

const Body = z.pipe(
  z.string().transform((text): unknown => JSON.parse(text)),
  z.object({ Subject: z.string(), Message: z.string() }),
)

/** A topic of the emulator at `endpoint`, with a queue that keeps what it was told. */
export async function openTopic(endpoint: string, queues: SQSClient) {
  const topics = snsClient({ ...patientNobody, endpoint })
  const { TopicArn = '' } = await topics.send(new CreateTopicCommand({ Name: 'notices' }))
  const QueueUrl = await createQueue(queues, 'told')
  const { QueueArn } = await attributesOf(queues, QueueUrl)
  await topics.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QueueArn }))
  const told: NoticeWords[] = []
  return {
    topics,
    arn: TopicArn,
    /** All that was told so far, in no order. */
    told: async (): Promise<readonly NoticeWords[]> => {
      for (;;) {
        const { Messages: [message] = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl }))
        if (message === undefined) return [...told]
        const { Subject: subject, Message: text } = Body.parse(message.Body)
        told.push({ subject, text })
        await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }))
      }
    },
  }
}
