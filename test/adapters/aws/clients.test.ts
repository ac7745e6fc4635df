import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'
import { documentClient, sqsClient } from '../../../functions/adapters/aws/clients.ts'
import { Table } from '../../../functions/adapters/aws/table.ts'
import { fakeAws } from './fake-aws.ts'

it('talks to the endpoint that it is given, whatever host a queue URL names', async () => {
  const { settings, calls } = await fakeAws(() => ({ output: {} }))
  const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/000000000000/delivery'
  await sqsClient(settings).send(new GetQueueAttributesCommand({ QueueUrl }))
  expect(calls).toEqual([{ operation: 'GetQueueAttributes', input: { QueueUrl } }])
})

it('leaves out of items what is undefined', async () => {
  const { settings, calls } = await fakeAws(() => ({ output: {} }))
  const table = new Table(documentClient(settings), 'config')
  await table.put({ pk: 'a', sk: 'b', there: null, absent: undefined })
  expect(calls[0]?.input).toMatchObject({ Item: { pk: { S: 'a' }, sk: { S: 'b' }, there: { NULL: true } } })
  expect(calls[0]?.input).not.toHaveProperty('Item.absent')
})
