import { setTimeout as pause } from 'node:timers/promises'
import { documentClient, kmsClient, sqsClient } from '../adapters/aws/clients.ts'
import { DynamoBreakers } from '../adapters/aws/dynamo-breakers.ts'
import { DynamoDeliveries } from '../adapters/aws/dynamo-deliveries.ts'
import { DynamoDeliveryLog } from '../adapters/aws/dynamo-delivery-log.ts'
import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoTokens } from '../adapters/aws/dynamo-tokens.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { ChangeCounts } from '../adapters/aws/kept-reads.ts'
import { KmsCipher } from '../adapters/aws/kms-cipher.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import { jsonLog as log } from '../adapters/json-log.ts'
import {
  newEventId,
  newRun,
  newSecret,
  newSourceId,
  newTokenId,
  newTokenSecret,
  newWebhookId,
} from '../adapters/random.ts'
import { adminHandler } from '../api/admin.ts'
import type { DeliveryMessage } from '../domain/messages.ts'
import { environments, readEnvironment, urlPolicyOf } from '../environment.ts'

const environment = readEnvironment(environments.admin)
const now = Date.now
const client = documentClient()
const config = new Table(client, environment.CONFIG_TABLE)
const store = {
  table: new Table(client, environment.LOG_TABLE),
  retentionMs: environment.RETENTION_DAYS,
  now,
  log,
}
const counts = new ChangeCounts(config)
const webhooks = new DynamoWebhooks(config, now, counts)
const breakers = new DynamoBreakers(config, now, counts)
const sources = new DynamoSources(config)
const events = new DynamoEvents(store, sources)
const deliveries = new DynamoDeliveries(store)
const cipher = new KmsCipher(kmsClient(), environment.KMS_KEY_ID)
const deliveryQueue = new SqsQueue<DeliveryMessage>(sqsClient(), {
  url: environment.DELIVERY_QUEUE_URL,
  now,
  log,
})

export const handler = adminHandler(
  {
    manageWebhooks: { webhooks, breakers, cipher, newWebhookId, newSecret, now },
    redeliver: { webhooks, deliveries, events, deliveryQueue, newRun, now },
    sendTest: { webhooks, events, deliveries, deliveryQueue, newEventId, now, pause },
    webhooks,
    breakers,
    events,
    log: new DynamoDeliveryLog(store),
    tokens: new DynamoTokens(config),
    sources,
    urlPolicy: urlPolicyOf(environment),
    newSourceId,
    newTokenId,
    newTokenSecret,
    now,
  },
  log,
)
