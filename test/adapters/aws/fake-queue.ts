import { createHash } from 'node:crypto'
import * as z from 'zod/mini'
import { sqsClient } from '../../../functions/adapters/aws/clients.ts'
import { SqsQueue } from '../../../functions/adapters/aws/sqs-queue.ts'
import type { Outgoing } from '../../../functions/domain/messages.ts'
import type { LogFields } from '../../../functions/middleware/log.ts'
import { builtAt } from '../../support/builders.ts'
import { type AwsAnswer, fakeAws } from './fake-aws.ts'

const Request = z.object({
  QueueUrl: z.string(),
  Entries: z.array(
    z.strictObject({
      Id: z.string(),
      MessageBody: z.string(),
      MessageGroupId: z.optional(z.string()),
      DelaySeconds: z.optional(z.int()),
    }),
  ),
})
type Entry = z.infer<typeof Request>['Entries'][number]
type Fate = 'taken' | 'failed' | 'at fault' | AwsAnswer

export const url = 'https://sqs.eu-central-1.amazonaws.com/000000000000/delivery'

/** A queue in front of a fake SQS that does with each text what `fate` says; `nth` counts requests from 1. */
export async function aQueue(fate: (text: string, nth: number) => Fate = () => 'taken') {
  const { settings, calls } = await fakeAws(({ input }, nth) => {
    const { Entries } = z.parse(Request, input)
    const fates = Entries.map((entry) => ({ entry, fate: fate(JSON.parse(entry.MessageBody).text, nth) }))
    const answer = fates.find((one) => typeof one.fate === 'object')?.fate
    if (typeof answer === 'object') return answer
    const failed = fates.filter((one) => one.fate !== 'taken')
    return {
      output: {
        Successful: fates.filter((one) => one.fate === 'taken').map(({ entry }) => taken(entry)),
        Failed: failed.map(({ entry: { Id }, fate: how }) => ({
          Id,
          SenderFault: how === 'at fault',
          Code: how === 'at fault' ? 'InvalidMessageContents' : 'InternalError',
        })),
      },
    }
  })
  const pauses: number[] = []
  const logged: LogFields[] = []
  const client = sqsClient(settings)
  const atOnce = { now: 0, most: 0 }
  client.middlewareStack.add(
    (next) => async (args) => {
      atOnce.now += 1
      atOnce.most = Math.max(atOnce.most, atOnce.now)
      return next(args).finally(() => {
        atOnce.now -= 1
      })
    },
    { step: 'initialize' },
  )
  const queue = new SqsQueue<{ text: string }>(client, {
    url,
    now: () => builtAt,
    log: { info: () => {}, error: (_, fields = {}) => logged.push(fields) },
    pause: async (durationMs) => {
      pauses.push(durationMs)
    },
  })
  const requests = () => calls.map(({ input }) => z.parse(Request, input))
  return {
    queue,
    requests,
    pauses,
    logged,
    atOnce,
    sent: () => requests().map(({ Entries }) => Entries.map(textOf)),
  }
}

const textOf = ({ MessageBody }: Entry): string => JSON.parse(MessageBody).text

function taken({ Id, MessageBody }: Entry) {
  const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex')
  return { Id, MessageId: `message-${Id}`, MD5OfMessageBody }
}

/** Messages with the texts `t0`, `t1` and so on. */
export const messages = (count: number, over: Partial<Outgoing<never>> = {}) =>
  Array.from({ length: count }, (_, nth) => ({ id: `dlv_${nth}/1`, body: { text: `t${nth}` }, ...over }))
