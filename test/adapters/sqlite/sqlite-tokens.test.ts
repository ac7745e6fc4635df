import { SqliteTokens } from '../../../functions/adapters/sqlite/sqlite-tokens.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'
import { tokenStoreContract } from '../../contracts/token-store.ts'

tokenStoreContract(
  'SQLite',
  onSqlite((store) => ({ tokens: new SqliteTokens(store) })),
)
