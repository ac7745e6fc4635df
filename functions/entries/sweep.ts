import { documentClient, sqsClient } from '../adapters/aws/clients.ts'
import { DynamoDeliveries } from '../adapters/aws/dynamo-deliveries.ts'
import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoPosition } from '../adapters/aws/dynamo-position.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import { jsonLog as log } from '../adapters/json-log.ts'
import type { DeliveryMessage, FanOutMessage } from '../domain/messages.ts'
import { environments, readEnvironment } from '../environment.ts'
import { sweepHandler } from '../workers/sweep.ts'

const environment = readEnvironment(environments.sweep)
const now = Date.now
const client = documentClient()
const config = new Table(client, environment.CONFIG_TABLE)
const store = {
  table: new Table(client, environment.LOG_TABLE),
  retentionMs: environment.RETENTION_DAYS,
  now,
  log,
}
const queues = sqsClient()

export const handler = sweepHandler(
  {
    events: new DynamoEvents(store, new DynamoSources(config)),
    webhooks: new DynamoWebhooks(config, now),
    deliveries: new DynamoDeliveries(store),
    position: new DynamoPosition(config, 'audit'),
    fanOutQueue: new SqsQueue<FanOutMessage>(queues, { url: environment.FAN_OUT_QUEUE_URL, now, log }),
    deliveryQueue: new SqsQueue<DeliveryMessage>(queues, { url: environment.DELIVERY_QUEUE_URL, now, log }),
    now,
  },
  log,
)
