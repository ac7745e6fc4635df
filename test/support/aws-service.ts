import type { Server } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { APIGatewayRequestAuthorizerEvent, Context, SQSEvent } from 'aws-lambda'
import { buildApp } from 'fauxqs'
import { kmsClient, sqsClient } from '../../functions/adapters/aws/clients.ts'
import type { GatewayRequest } from '../../functions/api/gateway.ts'
import { environments, readEnvironment } from '../../functions/environment.ts'
import type { Log } from '../../functions/middleware/log.ts'
import type { Sender } from '../../functions/use-cases/attempt-delivery.ts'
import { adminOnAws } from '../../functions/wiring/admin.ts'
import { authorizeOnAws } from '../../functions/wiring/authorize.ts'
import type { Aws } from '../../functions/wiring/aws.ts'
import { deliverOnAws } from '../../functions/wiring/deliver.ts'
import { fanOutOnAws } from '../../functions/wiring/fan-out.ts'
import { ingestOnAws } from '../../functions/wiring/ingest.ts'
import { sweepOnAws } from '../../functions/wiring/sweep.ts'
import { createGateway } from '../../local/http-gateway.ts'
import { lambdaContext } from '../../local/lambda-context.ts'
import { urlOf } from '../../local/url-of.ts'
import { startFakeAws } from '../adapters/aws/fake-aws.ts'
import { fakeKms } from '../adapters/aws/fake-kms.ts'
import { openTables } from '../contracts/dynalite-table.ts'
import { patientNobody, silent } from '../contracts/emulator.ts'
import { attributesOf, createQueue } from '../contracts/fauxqs-queue.ts'
import type { FunctionName } from '../faults/support/fault-injector.ts'
import { ApiClient } from './api-client.ts'
import { handleBatchOnce } from './sqs-batches.ts'
import { openTopic } from './told-operator.ts'

export interface AwsServiceOptions {
  /** As the variables of the environment say it; by default three attempts a second apart, receivers on this machine. */
  readonly settings?: Readonly<Record<string, string>>
  readonly now?: () => number
  readonly log?: Log
  /** Seconds until a message that was received and not deleted comes again. */
  readonly visibilitySeconds?: number
  /** After so many receives a message is a dead letter. */
  readonly maxReceives?: number
  /** Takes the place of the network. */
  readonly sender?: Sender
  readonly pause?: Aws['pause']
  readonly operatorToken?: string
  /** Takes the place of KMS. */
  readonly kms?: ReturnType<typeof fakeKms>
  /** Takes the functions' lines of metrics. */
  readonly writeLine?: (line: string) => void
  /** Stands around each invocation, as Lambda does. */
  readonly invoke?: <Result>(name: FunctionName, work: () => Promise<Result>) => Promise<Result>
}

export type AwsService = Awaited<ReturnType<typeof openAwsService>>

/**
 * The deployed functions, wired as they are on AWS, in this process over emulators of DynamoDB, SQS and KMS, behind the
 * embedded gateway. Queues are handled when a test says so.
 */
export async function openAwsService({
  settings = {},
  now = Date.now,
  log = silent,
  visibilitySeconds = 30,
  maxReceives = 20,
  sender,
  pause = setTimeout,
  operatorToken = 'operator-token-of-the-tests',
  kms: answerAsKms = fakeKms(),
  writeLine = () => {},
  invoke = (_, work) => work(),
}: AwsServiceOptions = {}) {
  const { close: closeTables, ...tables } = await openTables()
  const sqs = buildApp({ logger: false })
  const endpoint = await sqs.listen({ port: 0, host: '127.0.0.1' })
  const queues = sqsClient({ ...patientNobody, endpoint })
  const topic = await openTopic(endpoint, queues)
  const kms = await startFakeAws(answerAsKms)
  const keys = kmsClient({ ...kms.settings, ...patientNobody })
  const [fanOutQueue, deliveryQueue] = await Promise.all(
    ['fan-out', 'delivery'].map((name) => workQueue(queues, name, { visibilitySeconds, maxReceives })),
  )
  if (fanOutQueue === undefined || deliveryQueue === undefined) throw new Error('A queue was not made.')
  const environment = {
    ...{ CONFIG_TABLE: 'config', LOG_TABLE: 'log', RETENTION_DAYS: '30' },
    ...{ FAN_OUT_QUEUE_URL: fanOutQueue.url, DELIVERY_QUEUE_URL: deliveryQueue.url },
    ...{
      FAN_OUT_DEAD_LETTERS_URL: fanOutQueue.deadLetterUrl,
      DELIVERY_DEAD_LETTERS_URL: deliveryQueue.deadLetterUrl,
    },
    ...{ KMS_KEY_ID: 'key', OPERATOR_TOKEN_SECRET: 'secret', SERVICE_NAME: 'tests', LOG_EVENTS: 'true' },
    ...{ NOTICES_TOPIC: topic.arn, DISABLE_AFTER_DAYS: '5' },
    ...{
      ALLOWED_NETWORKS: '127.0.0.0/8',
      ALLOW_HTTP: 'true',
      ALLOWED_PORTS: '*',
      RETRY_SCHEDULE: '0s,1s,1s',
    },
    ...settings,
  }
  const aws: Aws = {
    ...{ tables: tables.client, queues, topics: topic.topics, keys, now, pause, log, writeLine },
    readOperatorToken: async () => operatorToken,
  }
  const wire = () => ({
    ingest: ingestOnAws(readEnvironment(environments.ingest, environment), aws),
    fanOut: fanOutOnAws(readEnvironment(environments.fanOut, environment), aws),
    deliver: deliverOnAws(readEnvironment(environments.deliver, environment), {
      ...aws,
      ...(sender !== undefined && { sender }),
    }),
    sweep: sweepOnAws(readEnvironment(environments.sweep, environment), aws),
    admin: adminOnAws(readEnvironment(environments.admin, environment), aws),
    authorize: authorizeOnAws(readEnvironment(environments.authorize, environment), aws),
  })
  let wired = wire()
  const functions = {
    ingest: (request: GatewayRequest, context: Context) =>
      invoke('ingest', () => wired.ingest(request, context)),
    admin: (request: GatewayRequest, context: Context) =>
      invoke('admin', () => wired.admin(request, context)),
    fanOut: (batch: SQSEvent, context: Context) => invoke('fanOut', () => wired.fanOut(batch, context)),
    deliver: (batch: SQSEvent, context: Context) => invoke('deliver', () => wired.deliver(batch, context)),
    sweep: () => invoke('sweep', () => wired.sweep({}, lambdaContext('sweep'))),
    authorize: (request: APIGatewayRequestAuthorizerEvent, context: Context) =>
      wired.authorize(request, context),
  }
  const gateway = createGateway(functions, log)
  await listening(gateway)
  const sources = {
    fanOut: { queues, url: fanOutQueue.url, handler: functions.fanOut },
    delivery: { queues, url: deliveryQueue.url, handler: functions.deliver },
  }
  return {
    functions,
    tables,
    queues,
    keys,
    queueUrls: { fanOut: fanOutQueue, delivery: deliveryQueue },
    environment,
    sources,
    /** With a token that may do everything. */
    api: new ApiClient(urlOf(gateway.address(), '127.0.0.1'), operatorToken),
    /** Handles what is on both queues and due, batch after batch, until nothing is. */
    drain: async (): Promise<void> => {
      for (const source of Object.values(sources)) while ((await handleBatchOnce(source)) > 0);
    },
    /** Forgets all that the functions kept in memory, as a new process does. */
    restart: (): void => {
      wired = wire()
    },
    sweep: functions.sweep,
    topics: topic.topics,
    /** What the operator was told by the topic. */
    told: topic.told,
    deadLetters: async (): Promise<number> => {
      const counts = [fanOutQueue, deliveryQueue].map(async ({ deadLetterUrl }) =>
        Number((await attributesOf(queues, deadLetterUrl)).ApproximateNumberOfMessages),
      )
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
    },
    close: async (): Promise<void> => {
      gateway.closeAllConnections()
      await new Promise((resolve) => gateway.close(resolve))
      queues.destroy()
      topic.topics.destroy()
      keys.destroy()
      await Promise.all([sqs.close(), kms.close(), closeTables()])
    },
  }
}

async function workQueue(
  client: Aws['queues'],
  name: string,
  { visibilitySeconds, maxReceives }: { visibilitySeconds: number; maxReceives: number },
) {
  const deadLetterUrl = await createQueue(client, `${name}-dead-letters`)
  const deadLetterTargetArn = (await attributesOf(client, deadLetterUrl)).QueueArn
  const url = await createQueue(client, name, {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: maxReceives }),
  })
  return { url, deadLetterUrl }
}

async function listening(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
}
