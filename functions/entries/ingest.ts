import { documentClient, kmsClient, sqsClient } from '../adapters/aws/clients.ts'
import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoTokens } from '../adapters/aws/dynamo-tokens.ts'
import { KmsCipher } from '../adapters/aws/kms-cipher.ts'
import { WithOperatorToken } from '../adapters/aws/operator-token.ts'
import { readSecretValue } from '../adapters/aws/secret-value.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import { jsonLog as log } from '../adapters/json-log.ts'
import { newEventId } from '../adapters/random.ts'
import { ingestHandler } from '../api/ingest.ts'
import { ExpiringCache } from '../domain/expiring-cache.ts'
import type { FanOutMessage } from '../domain/messages.ts'
import { awsCaller, environments, readEnvironment } from '../environment.ts'

const environment = readEnvironment(environments.ingest)
const now = Date.now
const client = documentClient()
const config = new Table(client, environment.CONFIG_TABLE)
const store = {
  table: new Table(client, environment.LOG_TABLE),
  retentionMs: environment.RETENTION_DAYS,
  now,
  log,
}
const sources = new DynamoSources(config)

export const handler = ingestHandler(
  {
    events: new DynamoEvents(store, sources),
    fanOutQueue: new SqsQueue<FanOutMessage>(sqsClient(), { url: environment.FAN_OUT_QUEUE_URL, now, log }),
    newEventId,
    now,
    tokens: new WithOperatorToken(
      new DynamoTokens(config),
      () => readSecretValue(awsCaller(), environment.OPERATOR_TOKEN_SECRET, now()),
      now,
    ),
    sources,
    cipher: new KmsCipher(kmsClient(), environment.KMS_KEY_ID),
    sourceKeys: new ExpiringCache({ maxAgeMs: 5 * 60_000, maxEntries: 10_000 }, now),
  },
  log,
)
