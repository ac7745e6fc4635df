import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoRecordedDeliveries } from '../adapters/aws/dynamo-recorded-deliveries.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { PackedDeliveryQueue } from '../adapters/aws/packed-delivery-queue.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import type { EnvironmentOf } from '../environment.ts'
import { fanOutHandler } from '../workers/fan-out.ts'
import { type Aws, logStore } from './aws.ts'
import { telemetryOnAws } from './telemetry.ts'

/** `fan-out` over AWS. */
export function fanOutOnAws(
  environment: EnvironmentOf<'fanOut'>,
  aws: Pick<Aws, 'tables' | 'queues' | 'now' | 'log' | 'writeLine'>,
) {
  const { tables, queues, now, log } = aws
  const config = new Table(tables, environment.CONFIG_TABLE)
  const store = logStore(environment, aws)
  const { observe, measured } = telemetryOnAws(environment, aws)
  const handler = fanOutHandler(
    {
      subscriptions: new DynamoWebhooks(config, now),
      events: new DynamoEvents(store, new DynamoSources(config)),
      deliveries: new DynamoRecordedDeliveries(store),
      deliveryQueue: new PackedDeliveryQueue(
        new SqsQueue(queues, { url: environment.DELIVERY_QUEUE_URL, now, log }),
      ),
      defaultSchedule: environment.RETRY_SCHEDULE,
      observe,
      now,
    },
    log,
  )
  return measured((...[batch, context]: Parameters<typeof handler>) => handler(batch, context))
}
