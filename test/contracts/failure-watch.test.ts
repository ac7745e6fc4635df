import { DynamoAttemptHours } from '../../functions/adapters/aws/dynamo-attempt-hours.ts'
import { DynamoDeliveries } from '../../functions/adapters/aws/dynamo-deliveries.ts'
import { DynamoNotices } from '../../functions/adapters/aws/dynamo-notices.ts'
import { DynamoWebhooks } from '../../functions/adapters/aws/dynamo-webhooks.ts'
import { SqliteAttemptHours } from '../../functions/adapters/sqlite/sqlite-attempt-hours.ts'
import { SqliteDeliveries } from '../../functions/adapters/sqlite/sqlite-deliveries.ts'
import { SqliteNotices } from '../../functions/adapters/sqlite/sqlite-notices.ts'
import { SqliteWebhooks } from '../../functions/adapters/sqlite/sqlite-webhooks.ts'
import { countingAtOnce } from '../adapters/aws/counting-at-once.ts'
import { onDynalite } from './dynalite-table.ts'
import { silent } from './emulator.ts'
import { failureWatchContract } from './failure-watch.ts'
import { retentionMs } from './harness.ts'
import { onSqlite } from './sqlite-store.ts'

failureWatchContract(
  'SQLite',
  onSqlite((store) => ({
    notices: new SqliteNotices(store),
    attemptHours: new SqliteAttemptHours(store),
    deliveries: new SqliteDeliveries(store),
    webhooks: new SqliteWebhooks(store),
  })),
)
failureWatchContract(
  'DynamoDB',
  onDynalite(({ config, log: table }, { now }) => {
    const store = { table, now, retentionMs, log: silent }
    return {
      notices: new DynamoNotices(config),
      attemptHours: new DynamoAttemptHours(store),
      deliveries: countingAtOnce(new DynamoDeliveries(store)),
      webhooks: new DynamoWebhooks(config, now),
    }
  }),
)
