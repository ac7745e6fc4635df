import { SqliteDeliveries } from '../../../functions/adapters/sqlite/sqlite-deliveries.ts'
import { SqliteDeliveryLog } from '../../../functions/adapters/sqlite/sqlite-delivery-log.ts'
import { attemptLogContract } from '../../contracts/attempt-log.ts'
import { deliveryLogContract } from '../../contracts/delivery-log.ts'
import { deliveryRecordsContract } from '../../contracts/delivery-records.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'

const open = onSqlite((store) => ({
  deliveries: new SqliteDeliveries(store),
  log: new SqliteDeliveryLog(store),
}))
deliveryRecordsContract('SQLite', open)
deliveryLogContract('SQLite', open)
attemptLogContract('SQLite', open)
