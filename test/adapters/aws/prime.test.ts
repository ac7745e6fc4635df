import { expect, it } from 'vitest'
import { documentClient, sqsClient } from '../../../functions/adapters/aws/clients.ts'
import { prime } from '../../../functions/adapters/aws/prime.ts'
import { type AwsAnswer, fakeAws } from './fake-aws.ts'

const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/000000000000/delivery'

const primed = async (answer: AwsAnswer, patienceMs?: number) => {
  const { settings, calls } = await fakeAws(() => answer)
  const clients = { tables: documentClient(settings), queues: sqsClient(settings) }
  await prime(clients, { table: 'config', queueUrl, ...(patienceMs !== undefined && { patienceMs }) })
  return { calls, clients }
}

it('asks the table for nothing that is there, and sends the queue nothing', async () => {
  const { calls } = await primed({ output: {} })
  expect(calls.toSorted((a, b) => a.operation.localeCompare(b.operation))).toEqual([
    { operation: 'GetItem', input: { TableName: 'config', Key: { pk: { S: 'prime' }, sk: { S: 'prime' } } } },
    { operation: 'SendMessageBatch', input: { QueueUrl: queueUrl, Entries: [] } },
  ])
})

it.each<[string, AwsAnswer]>([
  ['refuses', { error: 'AccessDeniedException' }],
  ['fails', { status: 500, text: 'Internal error' }],
  ['hangs up', 'cut'],
])('lets a function start though AWS %s', async (_, answer) => {
  await expect(primed(answer)).resolves.toMatchObject({ calls: [{}, {}] })
})

it('lets a function start though AWS does not answer, after a while', async () => {
  const startedAt = performance.now()
  const { clients } = await primed('silence', 50)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
  clients.tables.destroy()
  clients.queues.destroy()
})
