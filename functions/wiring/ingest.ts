import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoTokens } from '../adapters/aws/dynamo-tokens.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { KmsCipher } from '../adapters/aws/kms-cipher.ts'
import { WithOperatorToken } from '../adapters/aws/operator-token.ts'
import { PackedDeliveryQueue } from '../adapters/aws/packed-delivery-queue.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import { newEventId } from '../adapters/random.ts'
import { ingestHandler } from '../api/ingest.ts'
import { ExpiringCache } from '../domain/expiring-cache.ts'
import type { FanOutMessage } from '../domain/messages.ts'
import type { EnvironmentOf } from '../environment.ts'
import { type Aws, logStore } from './aws.ts'
import { telemetryOnAws } from './telemetry.ts'

/** `ingest` over AWS. */
export function ingestOnAws(environment: EnvironmentOf<'ingest'>, aws: Omit<Aws, 'pause' | 'topics'>) {
  const { tables, queues, keys, now, log } = aws
  const config = new Table(tables, environment.CONFIG_TABLE)
  const sources = new DynamoSources(config)
  const events = new DynamoEvents(logStore(environment, aws), sources)
  const { observe, measured } = telemetryOnAws(environment, aws)
  const handler = ingestHandler(
    {
      events,
      fanOutQueue: new SqsQueue<FanOutMessage>(queues, { url: environment.FAN_OUT_QUEUE_URL, now, log }),
      observe,
      newEventId,
      now,
      tokens: new WithOperatorToken(new DynamoTokens(config), aws.readOperatorToken, now),
      sources,
      cipher: new KmsCipher(keys, environment.KMS_KEY_ID),
      atOnce: {
        subscriptions: new DynamoWebhooks(config, now),
        store: events.store,
        deliveryQueue: new PackedDeliveryQueue(
          new SqsQueue(queues, { url: environment.DELIVERY_QUEUE_URL, now, log }),
        ),
        defaultSchedule: environment.RETRY_SCHEDULE,
        observe,
      },
      sourceKeys: new ExpiringCache({ maxAgeMs: 5 * 60_000, maxEntries: 10_000 }, now),
    },
    log,
  )
  return measured((...[request, context]: Parameters<typeof handler>) => handler(request, context))
}
