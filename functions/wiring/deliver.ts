import { DynamoBreakers } from '../adapters/aws/dynamo-breakers.ts'
import { DynamoDeliveries } from '../adapters/aws/dynamo-deliveries.ts'
import { DynamoRateLimiter } from '../adapters/aws/dynamo-rate-limiter.ts'
import { DynamoTrials } from '../adapters/aws/dynamo-trials.ts'
import { EventPayloads } from '../adapters/aws/event-payloads.ts'
import { ChangeCounts } from '../adapters/aws/kept-reads.ts'
import { KmsCipher } from '../adapters/aws/kms-cipher.ts'
import { KnownWebhooks } from '../adapters/aws/known-webhooks.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import { HttpSender } from '../adapters/http/http-sender.ts'
import { ExpiringCache } from '../domain/expiring-cache.ts'
import type { DeliveryMessage } from '../domain/messages.ts'
import type { Streak } from '../domain/receiver-health.ts'
import { type EnvironmentOf, urlPolicyOf } from '../environment.ts'
import type { MadeAttempt, Sender } from '../use-cases/attempt-delivery.ts'
import type { OpenedSecrets } from '../use-cases/sign-request.ts'
import { userAgent } from '../version.ts'
import { deliverHandler } from '../workers/deliver.ts'
import { type Aws, logStore } from './aws.ts'
import { telemetryOnAws } from './telemetry.ts'

const aMinute = { maxAgeMs: 60_000, maxEntries: 10_000 }

/** `deliver` over AWS. */
export function deliverOnAws(
  environment: EnvironmentOf<'deliver'>,
  aws: Omit<Aws, 'readOperatorToken' | 'topics'> & {
    /** What sends; over this machine's network when left out. */
    readonly sender?: Sender
  },
) {
  const { tables, queues, keys, now, pause, log } = aws
  const config = new Table(tables, environment.CONFIG_TABLE)
  const store = logStore(environment, aws)
  const { observe, measured } = telemetryOnAws(environment, aws)
  // One, so that webhooks and breakers share the read of it.
  const counts = new ChangeCounts(config)
  const webhooks = new KnownWebhooks(config, now, counts)
  const deliveries = new DynamoDeliveries(store)
  const sender =
    aws.sender ??
    new HttpSender({
      policy: urlPolicyOf(environment),
      deadlineMs: 15_000,
      // All attempts of a batch: no webhook waits until another one's requests to the same origin are over.
      maxConnectionsPerOrigin: 100,
    })
  const handler = deliverHandler(
    {
      webhooks,
      deliveries,
      events: new EventPayloads(store),
      sender,
      unlogged: new ExpiringCache<MadeAttempt>({ maxAgeMs: 15 * 60_000, maxEntries: 1_000 }, now),
      deliveryQueue: new SqsQueue<DeliveryMessage>(queues, { url: environment.DELIVERY_QUEUE_URL, now, log }),
      limiter: new DynamoRateLimiter(config),
      breakers: new DynamoBreakers(config, now, counts),
      streaks: new ExpiringCache<Streak>({ maxAgeMs: 5 * 60_000, maxEntries: 10_000 }, now),
      // SQS bounds no group's concurrency. A quarter of the batches that run at once by default.
      slowness: { afterMs: 500, crowdAfterMs: 100, mostInFlight: 50 },
      busyMs: () => performance.eventLoopUtilization().active,
      cipher: new KmsCipher(keys, environment.KMS_KEY_ID),
      openedSecrets: new ExpiringCache<OpenedSecrets>({ maxAgeMs: 5 * 60_000, maxEntries: 10_000 }, now),
      userAgent,
      defaultSchedule: environment.RETRY_SCHEDULE,
      observe,
      now,
      chance: Math.random,
      pause,
    },
    log,
    { trials: new DynamoTrials(config, now), swift: new ExpiringCache<true>(aMinute, now) },
  )
  return measured((...[batch, context]: Parameters<typeof handler>) =>
    // One write a webhook and batch. A batch that dies before it goes uncounted: its attempts are logged all the same.
    handler(batch, context).finally(() => deliveries.writeCounts()),
  )
}
