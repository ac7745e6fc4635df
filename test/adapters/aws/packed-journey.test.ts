import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { OutgoingRequest } from '../../../functions/use-cases/attempt-delivery.ts'
import { type AwsService, openAwsService } from '../../support/aws-service.ts'
import { answered } from '../../support/builders.ts'
import { handleBatchOnce } from '../../support/sqs-batches.ts'
import { fakeKms, KmsInput } from './fake-kms.ts'

const type = 'changeset:publish'
const maxReceives = 4

describe('deliveries that travel together through SQS', () => {
  let service: AwsService
  let requests: OutgoingRequest[]
  /** Whose secrets KMS does not open. */
  const locked = new Set<string>()

  beforeEach(async () => {
    requests = []
    locked.clear()
    const answerAsKms = fakeKms()
    service = await openAwsService({
      maxReceives,
      visibilitySeconds: 0,
      settings: { RETRY_SCHEDULE: '0s,0s,0s' },
      sender: {
        send: async (request) => {
          requests.push(request)
          return answered(request.url.endsWith('/down') && requests.length < 3 ? 503 : 200)
        },
      },
      kms: (call) => {
        const { EncryptionContext } = z.parse(KmsInput, call.input)
        const isLocked = Object.values(EncryptionContext).some((value) => locked.has(value))
        return isLocked && call.operation === 'Decrypt'
          ? { error: 'AccessDeniedException' }
          : answerAsKms(call)
      },
    })
  })

  afterEach(() => service.close())

  const addWebhook = (path: string) =>
    service.api.createWebhook({ url: `http://127.0.0.1${path}`, event_types: [type] })
  const publish = () => service.api.call('POST', '/events', { type, payload: {} })
  const requestsTo = (path: string) => requests.filter(({ url }) => url.endsWith(path)).length
  const statusOf = async (webhookId: string) => {
    const [delivery] = await service.api.deliveries(webhookId)
    return delivery?.status
  }
  /** What lies in the dead-letter queue, taken off it. */
  const deadLetters = async () => {
    const { Messages = [] } = await service.queues.send(
      new ReceiveMessageCommand({
        QueueUrl: service.queueUrls.delivery.deadLetterUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      }),
    )
    return Messages
  }

  it('makes one message of those of an event', async () => {
    await Promise.all(['/1', '/2', '/3'].map(addWebhook))
    await publish()
    await handleBatchOnce(service.sources.fanOut)
    expect(await handleBatchOnce(service.sources.delivery)).toBe(1)
    expect(requests).toHaveLength(3)
  })

  it('gives up only the delivery that our own fault keeps from being made, and makes it when it is put back', async () => {
    const [well, down, shut] = [
      await addWebhook('/well'),
      await addWebhook('/down'),
      await addWebhook('/shut'),
    ]
    locked.add(shut)
    await publish()
    await service.drain()
    expect([requestsTo('/well'), requestsTo('/shut')]).toEqual([1, 0])
    // Its retry was queued once, whatever became of the others.
    expect(requestsTo('/down')).toBe(2)
    const dead = await deadLetters()
    expect(dead.map(({ Body = '{}' }) => JSON.parse(Body))).toMatchObject([
      { delivery_id: expect.stringContaining(shut.slice(4)), attempt: 1 },
    ])
    locked.clear()
    const [{ Body: MessageBody = '' } = {}] = dead
    await service.queues.send(
      new SendMessageCommand({ QueueUrl: service.queueUrls.delivery.url, MessageBody }),
    )
    await service.drain()
    expect(await Promise.all([well, down, shut].map(statusOf))).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ])
    expect(requests).toHaveLength(4)
  })

  it('gives up a pack as a whole where none of it can be made, and makes all of it when it is put back', async () => {
    const ids = await Promise.all(['/1', '/2', '/3'].map(addWebhook))
    for (const id of ids) locked.add(id)
    await publish()
    await service.drain()
    const dead = await deadLetters()
    expect(dead).toHaveLength(1)
    expect(requests).toEqual([])
    locked.clear()
    // Put back twice, as a redrive that was begun again does.
    for (let nth = 0; nth < 2; nth++)
      await service.queues.send(
        new SendMessageCommand({ QueueUrl: service.queueUrls.delivery.url, MessageBody: dead[0]?.Body }),
      )
    const one = { ...service.sources.delivery, batchSize: 1 }
    while ((await handleBatchOnce(one)) > 0);
    expect(await Promise.all(ids.map(statusOf))).toEqual(['delivered', 'delivered', 'delivered'])
    expect(requests).toHaveLength(3)
  })

  it('delivers what an older version queued, each delivery alone', async () => {
    const ids = await Promise.all(['/1', '/2'].map(addWebhook))
    await publish()
    await handleBatchOnce(service.sources.fanOut)
    const { Messages: [message] = [] } = await service.queues.send(
      new ReceiveMessageCommand({ QueueUrl: service.queueUrls.delivery.url, VisibilityTimeout: 600 }),
    )
    const { delivery_ids, ...shared } = JSON.parse(message?.Body ?? '')
    for (const delivery_id of delivery_ids)
      await service.queues.send(
        new SendMessageCommand({
          QueueUrl: service.queueUrls.delivery.url,
          MessageBody: JSON.stringify({ delivery_id, ...shared, attempt: 1, trigger: 'event' }),
        }),
      )
    await service.drain()
    expect(await Promise.all(ids.map(statusOf))).toEqual(['delivered', 'delivered'])
  })

  it('makes nothing again because requests could not be counted, and says so', async () => {
    await Promise.all(['/1', '/2'].map(addWebhook))
    await publish()
    await handleBatchOnce(service.sources.fanOut)
    let refused = 0
    service.tables.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const { Key } = z.object({ Key: z.object({ pk: z.string() }).optional() }).parse(args.input)
          if (commandName !== 'UpdateItemCommand' && commandName !== 'UpdateCommand') return next(args)
          if (Key?.pk.startsWith('count#') !== true) return next(args)
          refused += 1
          throw Object.assign(new Error('Slow down.'), { name: 'ThrottlingException' })
        },
      { step: 'initialize' },
    )
    await service.drain()
    expect(refused).toBe(2)
    expect(requests).toHaveLength(2)
  })
})
