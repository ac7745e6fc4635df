import { DynamoEvents } from '../../functions/adapters/aws/dynamo-events.ts'
import { DynamoRateLimiter } from '../../functions/adapters/aws/dynamo-rate-limiter.ts'
import { DynamoSources } from '../../functions/adapters/aws/dynamo-sources.ts'
import { DynamoTokens } from '../../functions/adapters/aws/dynamo-tokens.ts'
import { DynamoWebhooks } from '../../functions/adapters/aws/dynamo-webhooks.ts'
import { onDynalite } from './dynalite-table.ts'
import { silent } from './emulator.ts'
import { retentionMs } from './harness.ts'
import { rateLimiterContract } from './rate-limiter.ts'
import { sourceStoreContract } from './source-store.ts'
import { tokenStoreContract } from './token-store.ts'
import { webhookListsContract } from './webhook-lists.ts'
import { webhookStoreContract } from './webhook-store.ts'

const openWebhooks = onDynalite(({ config }, { now }) => ({ webhooks: new DynamoWebhooks(config, now) }))
webhookStoreContract('DynamoDB', openWebhooks)
webhookListsContract('DynamoDB', openWebhooks)
tokenStoreContract(
  'DynamoDB',
  onDynalite(({ config }) => ({ tokens: new DynamoTokens(config) })),
)
sourceStoreContract(
  'DynamoDB',
  onDynalite(({ config, log: table }, { now }) => {
    const sources = new DynamoSources(config)
    return { sources, events: new DynamoEvents({ table, now, retentionMs, log: silent }, sources) }
  }),
)
rateLimiterContract(
  'DynamoDB',
  onDynalite(({ config }) => ({ limiter: new DynamoRateLimiter(config) })),
)
