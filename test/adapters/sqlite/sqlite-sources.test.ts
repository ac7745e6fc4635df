import { SqliteEvents } from '../../../functions/adapters/sqlite/sqlite-events.ts'
import { SqliteSources } from '../../../functions/adapters/sqlite/sqlite-sources.ts'
import { sourceStoreContract } from '../../contracts/source-store.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'

sourceStoreContract(
  'SQLite',
  onSqlite((store) => ({ sources: new SqliteSources(store), events: new SqliteEvents(store) })),
)
