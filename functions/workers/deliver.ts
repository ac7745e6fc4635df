import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { DeliveryMessage } from '../domain/messages.ts'
import type { Log } from '../middleware/log.ts'
import { handleBatch, type Parsed } from '../middleware/record-batch.ts'
import { type AttemptDelivery, attemptDelivery } from '../use-cases/attempt-delivery.ts'
import { Crowds, type HeedCrowds } from '../use-cases/crowds.ts'

/**
 * The entry that the delivery queue's batches go to; a batch is sent concurrently.
 * @param heedCrowds where the queue does not bound what one webhook has under way.
 */
export function deliverHandler(all: Omit<AttemptDelivery, 'crowds'>, log: Log, heedCrowds?: HeedCrowds) {
  const isDone = async (deps: AttemptDelivery, { body, seen, record }: Parsed<DeliveryMessage>) => {
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
      handle: (records) => {
        const bodies = records.map(({ body }) => body)
        const deps = heedCrowds === undefined ? all : { ...all, crowds: new Crowds(heedCrowds, bodies) }
        return Promise.all(records.map((record) => isDone(deps, record)))
      },
    }),
  )
}
