import { SqliteRateLimiter } from '../../../functions/adapters/sqlite/sqlite-rate-limiter.ts'
import { rateLimiterContract } from '../../contracts/rate-limiter.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'

rateLimiterContract(
  'SQLite',
  onSqlite((store) => ({ limiter: new SqliteRateLimiter(store) })),
)
