import { DynamoDeliveries } from '../adapters/aws/dynamo-deliveries.ts'
import { DynamoRateLimiter } from '../adapters/aws/dynamo-rate-limiter.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { EventPayloads } from '../adapters/aws/event-payloads.ts'
import { KmsCipher } from '../adapters/aws/kms-cipher.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import { HttpSender } from '../adapters/http/http-sender.ts'
import { ExpiringCache } from '../domain/expiring-cache.ts'
import type { DeliveryMessage } from '../domain/messages.ts'
import { type EnvironmentOf, urlPolicyOf } from '../environment.ts'
import { DeliveryMetrics } from '../metrics.ts'
import type { Sender } from '../use-cases/attempt-delivery.ts'
import type { OpenedSecrets } from '../use-cases/sign-request.ts'
import { userAgent } from '../version.ts'
import { deliverHandler } from '../workers/deliver.ts'
import { type Aws, logStore } from './aws.ts'

/** `deliver` over AWS. `writeLine` takes each batch's metrics, one line of JSON. */
export function deliverOnAws(
  environment: EnvironmentOf<'deliver'>,
  aws: Pick<Aws, 'tables' | 'queues' | 'keys' | 'now' | 'pause' | 'log'> & {
    readonly writeLine: (line: string) => void
    /** What sends; over this machine's network when left out. */
    readonly sender?: Sender
  },
) {
  const { tables, queues, keys, now, pause, log } = aws
  const config = new Table(tables, environment.CONFIG_TABLE)
  const store = logStore(environment, aws)
  const metrics = new DeliveryMetrics()
  const webhooks = new DynamoWebhooks(config, now)
  const sender =
    aws.sender ??
    new HttpSender({
      policy: urlPolicyOf(environment),
      deadlineMs: 15_000,
      // A batch's messages, all for one receiver.
      maxConnectionsPerOrigin: 10,
    })
  const deliver = deliverHandler(
    {
      webhooks: { get: (id) => webhooks.get(id), disable: metrics.countedDisable(webhooks) },
      deliveries: new DynamoDeliveries(store),
      events: new EventPayloads(store),
      sender: metrics.counted(sender),
      deliveryQueue: new SqsQueue<DeliveryMessage>(queues, { url: environment.DELIVERY_QUEUE_URL, now, log }),
      limiter: new DynamoRateLimiter(config),
      cipher: new KmsCipher(keys, environment.KMS_KEY_ID),
      openedSecrets: new ExpiringCache<OpenedSecrets>({ maxAgeMs: 5 * 60_000, maxEntries: 10_000 }, now),
      userAgent,
      defaultSchedule: environment.RETRY_SCHEDULE,
      now,
      chance: Math.random,
      pause,
    },
    log,
  )
  return async (...[batch, context]: Parameters<typeof deliver>) => {
    try {
      return await deliver(batch, context)
    } finally {
      const line = metrics.takeLine(environment.SERVICE_NAME, now())
      if (line !== undefined) aws.writeLine(line)
    }
  }
}
