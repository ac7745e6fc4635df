import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { FanOutMessage } from '../domain/messages.ts'
import type { Log } from '../middleware/log.ts'
import { handleBatch } from '../middleware/record-batch.ts'
import { type FanOutEvents, fanOutEvents } from '../use-cases/fan-out-events.ts'

/** The entry that the fan-out queue's batches go to. */
export function fanOutHandler(deps: FanOutEvents, log: Log) {
  return middy<SQSEvent, SQSBatchResponse>().handler((batch: SQSEvent) =>
    handleBatch(batch, {
      schema: FanOutMessage,
      log,
      handle: (records) =>
        fanOutEvents(
          deps,
          records.map(({ body, seen }) => ({ message: body, seen })),
        ),
    }),
  )
}
