import { documentClient, sqsClient } from '../adapters/aws/clients.ts'
import { DynamoDeliveries } from '../adapters/aws/dynamo-deliveries.ts'
import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import { jsonLog as log } from '../adapters/json-log.ts'
import type { DeliveryMessage } from '../domain/messages.ts'
import { environments, readEnvironment } from '../environment.ts'
import { fanOutHandler } from '../workers/fan-out.ts'

const environment = readEnvironment(environments.fanOut)
const now = Date.now
const client = documentClient()
const config = new Table(client, environment.CONFIG_TABLE)
const store = {
  table: new Table(client, environment.LOG_TABLE),
  retentionMs: environment.RETENTION_DAYS,
  now,
  log,
}

export const handler = fanOutHandler(
  {
    subscriptions: new DynamoWebhooks(config, now),
    events: new DynamoEvents(store, new DynamoSources(config)),
    deliveries: new DynamoDeliveries(store),
    deliveryQueue: new SqsQueue<DeliveryMessage>(sqsClient(), {
      url: environment.DELIVERY_QUEUE_URL,
      now,
      log,
    }),
    defaultSchedule: environment.RETRY_SCHEDULE,
    now,
  },
  log,
)
