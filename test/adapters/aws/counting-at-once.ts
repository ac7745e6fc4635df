import type { DynamoDeliveries } from '../../../functions/adapters/aws/dynamo-deliveries.ts'
import type { LogEntry } from '../../../functions/use-cases/attempt-delivery.ts'

/** Has attempts counted as soon as they are recorded; the deployed function counts those of a batch together. */
export function countingAtOnce<Deliveries extends DynamoDeliveries>(deliveries: Deliveries): Deliveries {
  const record = deliveries.record.bind(deliveries)
  let counting: Promise<void> | undefined
  const count = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    counting = undefined
    await deliveries.writeCounts()
  }
  return Object.assign(deliveries, {
    record: async (entry: LogEntry) => {
      await record(entry)
      counting ??= count()
      await counting
    },
  })
}
