import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { endOrPatience } from '../../use-cases/in-turns.ts'

/**
 * Makes a process's first call to the table and to the queue while it starts, when Lambda gives it a whole processor:
 * connections, credentials and the SDK are then ready for the first request. Never rejects: a function that cannot reach AWS
 * is to start all the same, and soon, and the call that needs it says what is wrong. KMS gets no such call: each would
 * stand among its records as a refused one.
 * @param patienceMs how long it takes at most.
 */
export async function prime(
  { tables, queues }: { tables: DynamoDBDocumentClient; queues: SQSClient },
  { table, queueUrl, patienceMs = 1_000 }: { table: string; queueUrl: string; patienceMs?: number },
): Promise<void> {
  const calls = [
    // An item that is not there: half a read unit.
    tables.send(new GetCommand({ TableName: table, Key: { pk: 'prime', sk: 'prime' } })),
    // SQS refuses a batch without messages, which needs no permission beyond sending.
    queues.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [] })),
  ]
  await endOrPatience(Promise.allSettled(calls), patienceMs)
}
