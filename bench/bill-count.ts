import type { SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod/mini'
import { billOf } from '../test/contracts/dynalite-table.ts'
import type { AwsService } from '../test/support/aws-service.ts'
import { handleBatchOnce } from '../test/support/sqs-batches.ts'

/** What AWS bills for some events. */
export interface Bill {
  readonly deliveries: number
  readonly writeUnits: number
  readonly readUnits: number
  /** In chunks of 64 KiB, as SQS counts them. */
  readonly queueRequests: number
  readonly queueBytes: number
  readonly apiRequests: number
  readonly invocations: number
  /** Of lines and metrics; what Lambda itself writes is not among it. */
  readonly logBytes: number
}

const chunkBytes = 65_536
const Bodies = z.object({ MessageBody: z.optional(z.string()), Body: z.optional(z.string()) })
const Messages = z.object({
  Entries: z.optional(z.array(Bodies)),
  Messages: z.optional(z.array(Bodies)),
})

/**
 * Posts requests, has both queues handled in full batches, has the audit look at what became of it, and counts what of
 * all that AWS bills. The receives that find nothing are left out: they are the idle cost of a queue, not that of an event.
 * @param post makes one request to the API.
 * @param settle moves the clock to when the audit looks at these events.
 */
export async function countBill(
  { tables, queues, sources, sweep }: AwsService,
  { requests, post, settle }: { requests: number; post: () => Promise<unknown>; settle: () => void },
): Promise<Omit<Bill, 'deliveries' | 'logBytes'>> {
  let invocations = requests
  const counted = await countQueue(queues, () =>
    billOf(tables, async () => {
      for (let nth = 0; nth < requests; nth++) await post()
      for (const source of Object.values(sources))
        while ((await handleBatchOnce(source)) > 0) invocations += 1
      settle()
      await sweep()
    }),
  )
  const { readUnits, writeUnits } = counted.result
  return {
    ...{ writeUnits, readUnits, apiRequests: requests, invocations },
    queueRequests: counted.requests,
    queueBytes: counted.bytes,
  }
}

async function countQueue<Result>(client: SQSClient, work: () => Promise<Result>) {
  let requests = 0
  let bytes = 0
  const name = 'queue-bill'
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args)
        const messages = commandName?.startsWith('Receive') ? answer.output : args.input
        const { Entries = [], Messages: received = [] } = z.parse(Messages, messages)
        const sizes = [...Entries, ...received].map(({ MessageBody, Body }) =>
          Buffer.byteLength(MessageBody ?? Body ?? ''),
        )
        const size = sizes.reduce((sum, length) => sum + length, 0)
        bytes += size
        if (sizes.length > 0) requests += Math.max(1, Math.ceil(size / chunkBytes))
        return answer
      },
    { step: 'initialize', name },
  )
  try {
    const result = await work()
    return { result, requests, bytes }
  } finally {
    client.middlewareStack.remove(name)
  }
}
