import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs'
import { vi } from 'vitest'
import * as z from 'zod'
import { DynamoDeliveryLog } from '../../../functions/adapters/aws/dynamo-delivery-log.ts'
import { duePartition, dueShards } from '../../../functions/adapters/aws/log-keys.ts'
import { HttpSender } from '../../../functions/adapters/http/http-sender.ts'
import { silent } from '../../contracts/emulator.ts'
import { attributesOf } from '../../contracts/fauxqs-queue.ts'
import { openAwsService } from '../../support/aws-service.ts'
import { builtAt } from '../../support/builders.ts'
import { type EventSource, handleBatchOnce } from '../../support/sqs-batches.ts'
import { defaultMaxReceives, defaultSchedule, loopback, type OpenBed } from './bed.ts'
import { FaultInjector } from './fault-injector.ts'
import { loggedIn } from './logged.ts'
import { startReceiverLedger } from './received-log.ts'

const retentionMs = 30 * 86_400_000
const Batch = z.object({
  Entries: z.array(z.looseObject({ Id: z.string(), MessageBody: z.string().optional() })),
})
const batchesAtOnce = 4

/** The AWS adapters over emulators of DynamoDB, SQS and KMS, each call of whose clients faults can meet. */
export const openAwsBed: OpenBed = async ({
  answer,
  retrySchedule = defaultSchedule,
  deadlineMs = 5_000,
  resolve,
  maxReceives = defaultMaxReceives,
} = {}) => {
  const clock = { ms: builtAt }
  // The emulator of SQS tells time by Date.
  vi.useFakeTimers({ toFake: ['Date'], now: clock.ms })
  const faults = new FaultInjector()
  const receiver = await startReceiverLedger(answer)
  const sender = new HttpSender({ policy: loopback, deadlineMs, maxConnectionsPerOrigin: 1_000, resolve })
  const service = await openAwsService({
    settings: { RETRY_SCHEDULE: retrySchedule },
    ...{
      now: () => clock.ms + faults.skew,
      maxReceives,
      pause: async () => {},
      sender: faults.port('sender', sender),
    },
    invoke: (name, work) => faults.invoke(name, work).finally(() => service.restart()),
  })
  const { tables, queues, queueUrls, sources } = service
  const initialize = { step: 'initialize' } as const
  tables.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        faults.call(shortName(commandName), () => next(args)),
    initialize,
  )
  queues.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        faults.call(shortName(commandName), () => next(args)),
    initialize,
  )
  queues.middlewareStack.add((next) => (args) => takeInPart(args, next, faults.refuses), initialize)
  service.topics.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        faults.call(shortName(commandName), () => next(args)),
    initialize,
  )
  service.keys.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        faults.call(shortName(commandName), () => next(args)),
    initialize,
  )
  const bySource: Readonly<Record<string, EventSource>> = sources
  const acknowledged = Object.entries(bySource).map(([name, source]) => ({
    ...source,
    handler: async (...given: Parameters<typeof source.handler>) => {
      const result = await source.handler(...given)
      faults.acknowledge(name === 'fanOut' ? 'fanOut' : 'deliver')
      return result
    },
  }))
  const store = { table: tables.log, retentionMs, now: () => clock.ms, log: silent }
  const log = new DynamoDeliveryLog(store)
  const send = async (QueueUrl: string, texts: readonly string[]) => {
    for (let at = 0; at < texts.length; at += 10) {
      const Entries = texts
        .slice(at, at + 10)
        .map((MessageBody, index) => ({ Id: String(index), MessageBody }))
      await queues.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
    }
  }
  const take = async (QueueUrl: string, count: number): Promise<readonly string[]> => {
    const taken: string[] = []
    while (taken.length < count) {
      const { Messages = [] } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: Math.min(10, count - taken.length) }),
      )
      if (Messages.length === 0) break
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
      await queues.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
      taken.push(...Messages.map(({ Body = '' }) => Body))
    }
    return taken
  }
  return {
    engine: 'AWS',
    faults,
    receiver,
    unavailable: () => Object.assign(new Error('Slow down.'), { name: 'ThrottlingException' }),
    now: () => clock.ms,
    advance: async (ms) => {
      clock.ms += ms
      vi.setSystemTime(clock.ms)
    },
    call: (method, path, body) => service.api.call(method, path, body),
    handleDue: async (only) => {
      const due = acknowledged.filter(({ url }) => only === undefined || url === queueUrls[only].url)
      for (let found = true; found; ) {
        const rounds = due.flatMap((source) =>
          Array.from({ length: batchesAtOnce }, () => handleBatchOnce(source)),
        )
        found = (await Promise.all(rounds)).some((count) => count > 0)
      }
    },
    sweep: () => service.sweep().catch(() => {}),
    isBusy: async () => {
      for (const { url } of Object.values(queueUrls)) {
        const { ApproximateNumberOfMessages, ...counts } = await attributesOf(queues, url)
        const { ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } = counts
        const waiting = [
          ApproximateNumberOfMessages,
          ApproximateNumberOfMessagesNotVisible,
          ApproximateNumberOfMessagesDelayed,
        ]
        if (waiting.some((count) => Number(count) > 0)) return true
      }
      const marks = Array.from({ length: dueShards }, (_, shard) =>
        tables.log.page({ pk: duePartition(shard), limit: 1 }),
      )
      return (await Promise.all(marks)).some(({ items }) => items.length > 0)
    },
    deadLetters: service.deadLetters,
    redrive: async () => {
      for (const { url, deadLetterUrl } of Object.values(queueUrls))
        await send(url, await take(deadLetterUrl, Number.POSITIVE_INFINITY))
    },
    put: (queue, texts) => send(queueUrls[queue].url, texts),
    take: (queue, count) => take(queueUrls[queue].url, count),
    told: service.told,
    logOf: (eventId) => loggedIn(log, eventId),
    close: async () => {
      await service.close()
      sender.close()
      await receiver.close()
      vi.useRealTimers()
    },
  }
}

/** Has SQS take a batch but for the entries that are refused, and say so with HTTP 200, as it does. */
async function takeInPart<Args extends { input: object }, Result extends { output: object }>(
  args: Args,
  next: (args: Args) => Promise<Result>,
  refuses: () => boolean,
): Promise<Result> {
  const { data } = Batch.safeParse(args.input)
  const refused = data?.Entries.filter((entry) => entry.MessageBody !== undefined && refuses()) ?? []
  if (data === undefined || refused.length === 0) return next(args)
  const Entries = data.Entries.filter((entry) => !refused.includes(entry))
  const Failed = refused.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' }))
  const result = await next({ ...args, input: { ...args.input, Entries } })
  return { ...result, output: { ...result.output, Failed } }
}

function shortName(commandName = ''): string {
  return commandName.replace(/Command$/, '')
}
