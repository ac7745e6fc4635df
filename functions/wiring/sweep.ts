import { DynamoAttemptHours } from '../adapters/aws/dynamo-attempt-hours.ts'
import { DynamoDueDeliveries } from '../adapters/aws/dynamo-due-deliveries.ts'
import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoNotices } from '../adapters/aws/dynamo-notices.ts'
import { DynamoPosition } from '../adapters/aws/dynamo-position.ts'
import { DynamoReplayedDeliveries } from '../adapters/aws/dynamo-replayed-deliveries.ts'
import { DynamoReplays } from '../adapters/aws/dynamo-replays.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { SnsTopic } from '../adapters/aws/sns-topic.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import { newEventId, newRun } from '../adapters/random.ts'
import type { DeliveryMessage, FanOutMessage } from '../domain/messages.ts'
import type { EnvironmentOf } from '../environment.ts'
import { sweepHandler } from '../workers/sweep.ts'
import { type Aws, logStore } from './aws.ts'

/** `sweep` over AWS. */
export function sweepOnAws(
  environment: EnvironmentOf<'sweep'>,
  aws: Pick<Aws, 'tables' | 'queues' | 'topics' | 'now' | 'log'>,
) {
  const { tables, queues, topics, now, log } = aws
  const config = new Table(tables, environment.CONFIG_TABLE)
  const store = logStore(environment, aws)
  const events = new DynamoEvents(store, new DynamoSources(config))
  const webhooks = new DynamoWebhooks(config, now)
  const deliveryQueue = new SqsQueue<DeliveryMessage>(queues, {
    url: environment.DELIVERY_QUEUE_URL,
    now,
    log,
  })
  const topic = new SnsTopic(topics, environment.NOTICES_TOPIC)
  return sweepHandler(
    {
      events,
      webhooks,
      deliveries: new DynamoDueDeliveries(store),
      position: new DynamoPosition(config, 'audit'),
      fanOutQueue: new SqsQueue<FanOutMessage>(queues, { url: environment.FAN_OUT_QUEUE_URL, now, log }),
      deliveryQueue,
      attemptHours: new DynamoAttemptHours(store),
      notices: new DynamoNotices(config),
      watchPosition: new DynamoPosition(config, 'failures'),
      disableAfterMs: environment.DISABLE_AFTER_DAYS,
      page: (words) => topic.publish(words),
      newEventId,
      now,
    },
    log,
    {
      ...{ events, webhooks, deliveryQueue, newRun, now },
      deliveries: new DynamoReplayedDeliveries(store),
      replays: new DynamoReplays(store),
    },
  )
}
