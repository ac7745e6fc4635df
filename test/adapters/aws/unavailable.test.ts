import { expect, it } from 'vitest'
import { documentClient, kmsClient, sqsClient } from '../../../functions/adapters/aws/clients.ts'
import { DynamoSources } from '../../../functions/adapters/aws/dynamo-sources.ts'
import { DynamoTokens } from '../../../functions/adapters/aws/dynamo-tokens.ts'
import { KmsCipher } from '../../../functions/adapters/aws/kms-cipher.ts'
import { SqsQueue } from '../../../functions/adapters/aws/sqs-queue.ts'
import { Table } from '../../../functions/adapters/aws/table.ts'
import { Unavailable } from '../../../functions/domain/errors.ts'
import { silent } from '../../contracts/emulator.ts'
import { aToken } from '../../support/builders.ts'
import { type AwsAnswer, fakeAws } from './fake-aws.ts'

const passing: readonly AwsAnswer[] = [
  { error: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException' },
  { error: 'com.amazon.coral.availability#ThrottlingException' },
  { error: 'RequestThrottled' },
  { error: 'InternalServerError', status: 500 },
  { status: 503, text: '<html>Service Unavailable</html>' },
  { status: 429, text: '' },
  'cut',
]
const lasting: readonly AwsAnswer[] = [
  { error: 'com.amazon.coral.service#AccessDeniedException' },
  { error: 'ResourceNotFoundException' },
  { error: 'ValidationException' },
]

/** What ingestion asks of AWS besides storing the event. */
const asks = {
  'find a token': (answer: AwsAnswer) =>
    withTable(answer, (table) => new DynamoTokens(table).findByHash('hash')),
  'read the sources': (answer: AwsAnswer) => withTable(answer, (table) => new DynamoSources(table).all()),
  'create a token': (answer: AwsAnswer) =>
    withTable(answer, (table) => new DynamoTokens(table).create(aToken())),
  'read a batch of items': (answer: AwsAnswer) =>
    withTable(answer, (table) => table.batchGet([{ pk: 'a', sk: 'b' }])),
  'send a message': async (answer: AwsAnswer) => {
    const { settings } = await fakeAws(() => answer)
    const queue = new SqsQueue(sqsClient(settings), { url: 'https://sqs/q', now: Date.now, log: silent })
    await queue.send([{ id: 'm', body: {} }])
  },
  'seal a secret': async (answer: AwsAnswer) => {
    const { settings } = await fakeAws(() => answer)
    await new KmsCipher(kmsClient(settings), 'key').seal('secret', 'whk_1')
  },
}

async function withTable(answer: AwsAnswer, work: (table: Table) => Promise<unknown>): Promise<void> {
  const { settings } = await fakeAws(() => answer)
  await work(new Table(documentClient(settings), 'config'))
}

const cases = (answers: readonly AwsAnswer[]) =>
  Object.entries(asks).flatMap(([what, ask]) =>
    answers.map((answer) => ({ what, ask, answer, told: JSON.stringify(answer) })),
  )

it.each(cases(passing))('is unavailable when it cannot $what for $told', async ({ ask, answer }) => {
  const error = await ask(answer).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(Unavailable)
  expect(error).toHaveProperty('cause', expect.any(Error))
})

it.each(cases(lasting))('says what is wrong when it cannot $what for $told', async ({ ask, answer }) => {
  const error = await ask(answer).catch((caught: unknown) => caught)
  expect(error).not.toBeInstanceOf(Unavailable)
  expect(error).toBeInstanceOf(Error)
})

it('is unavailable when nothing listens where the service should be', async () => {
  const table = new Table(
    documentClient({ ...(await fakeAws(() => 'cut')).settings, endpoint: 'http://127.0.0.1:1' }),
    'config',
  )
  await expect(table.get({ pk: 'a', sk: 'b' })).rejects.toBeInstanceOf(Unavailable)
})

it('is unavailable when no answer comes within a few seconds', async () => {
  const started = performance.now()
  await expect(asks['find a token']('silence')).rejects.toBeInstanceOf(Unavailable)
  expect(performance.now() - started).toBeLessThan(5_000)
})
