import { DynamoEvents } from '../../../functions/adapters/aws/dynamo-events.ts'
import { DynamoReplayedDeliveries } from '../../../functions/adapters/aws/dynamo-replayed-deliveries.ts'
import { DynamoReplays } from '../../../functions/adapters/aws/dynamo-replays.ts'
import { onDynalite } from '../../contracts/dynalite-table.ts'
import { silent } from '../../contracts/emulator.ts'
import { retentionMs } from '../../contracts/harness.ts'

/** Opens what replays work with over the table of the log. */
export const openReplays = onDynalite(({ log: table }, { now }) => {
  const store = { table, now, retentionMs, log: silent }
  return {
    events: new DynamoEvents(store, { noteEvent: async () => {} }),
    deliveries: new DynamoReplayedDeliveries(store),
    replays: new DynamoReplays(store),
  }
})
