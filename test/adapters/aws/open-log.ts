import { DynamoDeliveryLog } from '../../../functions/adapters/aws/dynamo-delivery-log.ts'
import { DynamoDueDeliveries } from '../../../functions/adapters/aws/dynamo-due-deliveries.ts'
import { DynamoErasure } from '../../../functions/adapters/aws/dynamo-erasure.ts'
import { DynamoEvents } from '../../../functions/adapters/aws/dynamo-events.ts'
import { onDynalite } from '../../contracts/dynalite-table.ts'
import { retentionMs } from '../../contracts/harness.ts'
import { countingAtOnce } from './counting-at-once.ts'

/** Opens the adapters over the table of the log; `logged` is what they told the operator. */
export const openLog = onDynalite(({ log: table }, { now }) => {
  const logged: string[] = []
  const tell = (message: string) => {
    logged.push(message)
  }
  const store = { table, now, retentionMs, log: { info: tell, error: tell } }
  return {
    events: new DynamoEvents(store, { noteEvent: async () => {} }),
    deliveries: countingAtOnce(new DynamoDueDeliveries(store)),
    erasure: new DynamoErasure(store),
    log: new DynamoDeliveryLog(store),
    logged,
  }
})
