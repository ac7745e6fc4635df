import { DynamoAttemptHours } from '../adapters/aws/dynamo-attempt-hours.ts'
import { DynamoBreakers } from '../adapters/aws/dynamo-breakers.ts'
import { DynamoDeliveryLog } from '../adapters/aws/dynamo-delivery-log.ts'
import { DynamoErasure } from '../adapters/aws/dynamo-erasure.ts'
import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoReplayedDeliveries } from '../adapters/aws/dynamo-replayed-deliveries.ts'
import { DynamoReplays } from '../adapters/aws/dynamo-replays.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoTokens } from '../adapters/aws/dynamo-tokens.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { ChangeCounts } from '../adapters/aws/kept-reads.ts'
import { KmsCipher } from '../adapters/aws/kms-cipher.ts'
import { type CountedQueue, SqsLevels } from '../adapters/aws/sqs-levels.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import {
  newEventId,
  newReplayId,
  newRun,
  newSecret,
  newSourceId,
  newTokenId,
  newTokenSecret,
  newWebhookId,
} from '../adapters/random.ts'
import { adminHandler } from '../api/admin.ts'
import type { DeliveryMessage } from '../domain/messages.ts'
import { type EnvironmentOf, urlPolicyOf } from '../environment.ts'
import { type Aws, logStore } from './aws.ts'

/** `admin` over AWS. */
export function adminOnAws(
  environment: EnvironmentOf<'admin'>,
  aws: Pick<Aws, 'tables' | 'queues' | 'keys' | 'now' | 'pause' | 'log'>,
) {
  const { tables, queues, keys, now, pause, log } = aws
  const config = new Table(tables, environment.CONFIG_TABLE)
  const store = logStore(environment, aws)
  const counts = new ChangeCounts(config)
  const webhooks = new DynamoWebhooks(config, now, counts)
  const breakers = new DynamoBreakers(config, now, counts)
  const sources = new DynamoSources(config)
  const events = new DynamoEvents(store, sources)
  const deliveries = new DynamoReplayedDeliveries(store)
  const cipher = new KmsCipher(keys, environment.KMS_KEY_ID)
  const deliveryQueue = new SqsQueue<DeliveryMessage>(queues, {
    url: environment.DELIVERY_QUEUE_URL,
    now,
    log,
  })
  return adminHandler(
    {
      manageWebhooks: { webhooks, breakers, cipher, newWebhookId, newSecret, now },
      redeliver: { webhooks, deliveries, events, deliveryQueue, newRun, now },
      eraseEvent: {
        erasure: new DynamoErasure(store),
        events,
        subscriptions: webhooks,
        webhooks,
        deliveries,
        now,
      },
      sendTest: { webhooks, events, deliveries, deliveryQueue, newEventId, now, pause },
      replay: {
        ...{ webhooks, events, deliveries, deliveryQueue, newReplayId, newRun, now },
        replays: new DynamoReplays(store),
        retentionMs: store.retentionMs,
      },
      webhooks,
      breakers,
      events,
      log: new DynamoDeliveryLog(store),
      attemptHours: new DynamoAttemptHours(store),
      queues: new SqsLevels(queues, countedQueues(environment)),
      tokens: new DynamoTokens(config),
      sources,
      urlPolicy: urlPolicyOf(environment),
      retentionMs: store.retentionMs,
      newSourceId,
      newTokenId,
      newTokenSecret,
      now,
    },
    log,
  )
}

function countedQueues(environment: EnvironmentOf<'admin'>): readonly CountedQueue[] {
  return [
    {
      queue: 'fan-out',
      url: environment.FAN_OUT_QUEUE_URL,
      deadLettersUrl: environment.FAN_OUT_DEAD_LETTERS_URL,
    },
    {
      queue: 'delivery',
      url: environment.DELIVERY_QUEUE_URL,
      deadLettersUrl: environment.DELIVERY_DEAD_LETTERS_URL,
    },
  ]
}
