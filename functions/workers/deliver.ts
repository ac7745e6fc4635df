import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { DeliveryMessage } from '../domain/messages.ts'
import type { Log } from '../middleware/log.ts'
import { handleBatch, type Parsed } from '../middleware/record-batch.ts'
import { type AttemptDelivery, attemptDelivery } from '../use-cases/attempt-delivery.ts'

/** The entry that the delivery queue's batches go to; a batch is sent concurrently. */
export function deliverHandler(deps: AttemptDelivery, log: Log) {
  const isDone = async ({ body, seen, record }: Parsed<DeliveryMessage>) => {
    try {
      await attemptDelivery(deps, body, seen)
      return true
    } catch (error) {
      log.error('an attempt could not be made or logged', {
        delivery_id: body.delivery_id,
        message_id: record.messageId,
        error: error instanceof Error ? error.message : String(error),
      })
      return false
    }
  }
  return middy<SQSEvent, SQSBatchResponse>().handler((batch: SQSEvent) =>
    handleBatch(batch, {
      schema: DeliveryMessage,
      log,
      handle: (records) => Promise.all(records.map(isDone)),
    }),
  )
}
