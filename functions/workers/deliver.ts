import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { parseDeliveryId } from '../domain/ids.ts'
import type { DeliveryMessage, DeliveryQueue } from '../domain/messages.ts'
import { DeliveryMessages } from '../domain/packed-deliveries.ts'
import type { Log } from '../middleware/log.ts'
import { handleBatch } from '../middleware/record-batch.ts'
import { type AttemptDelivery, attemptDelivery } from '../use-cases/attempt-delivery.ts'
import { Crowds, type HeedCrowds } from '../use-cases/crowds.ts'
import { inTurns } from '../use-cases/in-turns.ts'

// A full batch of full packs is a hundred attempts. Begun all at once on a fraction of a processor, each would take so
// long that its receiver seemed slow; this way the last begins a second after the first at most.
const turns = { limit: 20, patienceMs: 250 }

/**
 * The entry that the delivery queue's batches go to; a batch is sent concurrently.
 * @param heedCrowds where the queue does not bound what one webhook has under way.
 */
export function deliverHandler(all: Omit<AttemptDelivery, 'crowds'>, log: Log, heedCrowds?: HeedCrowds) {
  return middy<SQSEvent, SQSBatchResponse>().handler((batch: SQSEvent) =>
    handleBatch(batch, {
      schema: DeliveryMessages,
      log,
      handle: async (records) => {
        const due = records.flatMap((from) => from.body.map((message) => ({ message, from })))
        const messages = due.map(({ message }) => message)
        const deps = heedCrowds === undefined ? all : { ...all, crowds: new Crowds(heedCrowds, messages) }
        const left = new Set<DeliveryMessage>()
        await inTurns(due, turns, async ({ message, from }) => {
          try {
            await attemptDelivery(deps, message, from.seen || message.seen === true)
          } catch (error) {
            left.add(message)
            log.error('an attempt could not be made or logged', {
              delivery_id: message.delivery_id,
              message_id: from.record.messageId,
              error: error instanceof Error ? error.message : String(error),
            })
          }
        })
        return Promise.all(
          records.map(({ body }) => {
            const again = body.filter((message) => left.has(message))
            if (again.length === 0) return true
            return again.length < body.length && sendAlone(all.deliveryQueue, again)
          }),
        )
      },
    }),
  )
}

/**
 * Sends what is left of a pack again, each message alone. The others are done: they would come again with it, and end with
 * it in the dead-letter queue.
 * @returns whether the queue took all; if not, the pack comes again.
 */
async function sendAlone(queue: DeliveryQueue, messages: readonly DeliveryMessage[]): Promise<boolean> {
  const alone = messages.map((message) => ({
    id: message.delivery_id,
    body: { ...message, seen: true },
    group: parseDeliveryId(message.delivery_id)?.webhookId,
  }))
  // The queue itself tells the operator of what it does not take.
  const refused = await queue.send(alone).catch(() => messages)
  return refused.length === 0
}
