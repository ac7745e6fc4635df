import { openLog } from '../adapters/aws/open-log.ts'
import { attemptLogContract } from './attempt-log.ts'
import { deliveryLogContract } from './delivery-log.ts'
import { deliveryRecordsContract } from './delivery-records.ts'
import { erasureContract } from './erasure.ts'
import { eventLogContract } from './event-log.ts'
import { eventStoreContract } from './event-store.ts'
import { idempotencyContract } from './idempotency.ts'

eventStoreContract('DynamoDB', openLog)
idempotencyContract('DynamoDB', openLog)
eventLogContract('DynamoDB', openLog)
deliveryRecordsContract('DynamoDB', openLog)
deliveryLogContract('DynamoDB', openLog)
attemptLogContract('DynamoDB', openLog)
erasureContract('DynamoDB', openLog)
