import type { DynamoDeliveries } from '../../../functions/adapters/aws/dynamo-deliveries.ts'
import type { LogEntry } from '../../../functions/use-cases/attempt-delivery.ts'

/** Has each attempt counted as soon as it is recorded; the deployed function counts those of a batch together. */
export function countingAtOnce<Deliveries extends DynamoDeliveries>(deliveries: Deliveries): Deliveries {
  const record = deliveries.record.bind(deliveries)
  return Object.assign(deliveries, {
    record: async (entry: LogEntry) => {
      await record(entry)
      await deliveries.writeCounts()
    },
  })
}
