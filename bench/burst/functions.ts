// `fan-out` and `deliver` as they are deployed, given batch after batch as one instance of each would be.
import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod/mini'
import { documentClient, kmsClient, sqsClient } from '../../functions/adapters/aws/clients.ts'
import { environments, readEnvironment } from '../../functions/environment.ts'
import { deliverOnAws } from '../../functions/wiring/deliver.ts'
import { fanOutOnAws } from '../../functions/wiring/fan-out.ts'
import { patientNobody, silent } from '../../test/contracts/emulator.ts'
import { type BatchHandler, handleBatchOnce } from '../../test/support/sqs-batches.ts'
import { cpuSeconds } from '../cpu.ts'
import { type BatchTime, type BatchTimes, Emulators } from './messages.ts'

const Ids = z.looseObject({
  delivery_id: z.optional(z.string()),
  delivery_ids: z.optional(z.array(z.string())),
})

async function run({ tables, queues, keys, environment }: Emulators): Promise<BatchTimes> {
  const aws = {
    tables: documentClient({ ...patientNobody, endpoint: tables }),
    queues: sqsClient({ ...patientNobody, endpoint: queues }),
    keys: kmsClient({ ...patientNobody, endpoint: keys }),
    ...{ now: Date.now, pause, log: silent, writeLine: () => {} },
  }
  const fanOut = fanOutOnAws(readEnvironment(environments.fanOut, environment), aws)
  const deliver = deliverOnAws(readEnvironment(environments.deliver, environment), aws)
  return {
    fanOut: await timesOf(aws.queues, environment.FAN_OUT_QUEUE_URL ?? '', fanOut),
    deliver: await timesOf(aws.queues, environment.DELIVERY_QUEUE_URL ?? '', deliver),
  }
}

/** Handles a queue until it is empty, one batch at a time, and looks at what each takes in the function. */
async function timesOf(
  queues: ReturnType<typeof sqsClient>,
  url: string,
  handler: BatchHandler,
): Promise<BatchTime[]> {
  const times: BatchTime[] = []
  let failed = 0
  const timed: BatchHandler = async (batch, context) => {
    const [cpuBefore, startedAt] = [cpuSeconds(), performance.now()]
    const answer = await handler(batch, context)
    const [wallMs, cpuMs] = [performance.now() - startedAt, (cpuSeconds() - cpuBefore) * 1_000]
    failed += answer.batchItemFailures.length
    const deliveries = batch.Records.map(({ body }) => deliveriesIn(body)).reduce(
      (sum, count) => sum + count,
      0,
    )
    times.push({ deliveries, wallMs, cpuMs })
    return answer
  }
  while ((await handleBatchOnce({ queues, url, handler: timed })) > 0);
  if (failed > 0) throw new Error(`${failed} messages could not be handled.`)
  return times
}

/** A message of the delivery queue is one delivery, or several of one event. */
function deliveriesIn(body: string): number {
  const { delivery_id: one, delivery_ids: several } = Ids.parse(JSON.parse(body))
  return several?.length ?? (one === undefined ? 0 : 1)
}

process.on('disconnect', () => process.exit())
process.on('message', async (message: unknown) => {
  process.send?.(await run(Emulators.parse(message)))
})
