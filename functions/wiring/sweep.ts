import { DynamoDueDeliveries } from '../adapters/aws/dynamo-due-deliveries.ts'
import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoPosition } from '../adapters/aws/dynamo-position.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import type { DeliveryMessage, FanOutMessage } from '../domain/messages.ts'
import type { EnvironmentOf } from '../environment.ts'
import { sweepHandler } from '../workers/sweep.ts'
import { type Aws, logStore } from './aws.ts'

/** `sweep` over AWS. */
export function sweepOnAws(
  environment: EnvironmentOf<'sweep'>,
  aws: Pick<Aws, 'tables' | 'queues' | 'now' | 'log'>,
) {
  const { tables, queues, now, log } = aws
  const config = new Table(tables, environment.CONFIG_TABLE)
  const store = logStore(environment, aws)
  return sweepHandler(
    {
      events: new DynamoEvents(store, new DynamoSources(config)),
      webhooks: new DynamoWebhooks(config, now),
      deliveries: new DynamoDueDeliveries(store),
      position: new DynamoPosition(config, 'audit'),
      fanOutQueue: new SqsQueue<FanOutMessage>(queues, { url: environment.FAN_OUT_QUEUE_URL, now, log }),
      deliveryQueue: new SqsQueue<DeliveryMessage>(queues, { url: environment.DELIVERY_QUEUE_URL, now, log }),
      now,
    },
    log,
  )
}
