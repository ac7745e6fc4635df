import { documentClient, kmsClient, sqsClient } from '../adapters/aws/clients.ts'
import { DynamoBreakers } from '../adapters/aws/dynamo-breakers.ts'
import { DynamoDeliveries } from '../adapters/aws/dynamo-deliveries.ts'
import { DynamoEvents } from '../adapters/aws/dynamo-events.ts'
import { DynamoRateLimiter } from '../adapters/aws/dynamo-rate-limiter.ts'
import { DynamoSources } from '../adapters/aws/dynamo-sources.ts'
import { DynamoTrials } from '../adapters/aws/dynamo-trials.ts'
import { DynamoWebhooks } from '../adapters/aws/dynamo-webhooks.ts'
import { ChangeCounts } from '../adapters/aws/kept-reads.ts'
import { KmsCipher } from '../adapters/aws/kms-cipher.ts'
import { SqsQueue } from '../adapters/aws/sqs-queue.ts'
import { Table } from '../adapters/aws/table.ts'
import { HttpSender } from '../adapters/http/http-sender.ts'
import { jsonLog as log } from '../adapters/json-log.ts'
import { ExpiringCache } from '../domain/expiring-cache.ts'
import type { DeliveryMessage } from '../domain/messages.ts'
import type { Streak } from '../domain/receiver-health.ts'
import { environments, readEnvironment, urlPolicyOf } from '../environment.ts'
import { DeliveryMetrics } from '../metrics.ts'
import type { OpenedSecrets } from '../use-cases/sign-request.ts'
import { userAgent } from '../version.ts'
import { deliverHandler } from '../workers/deliver.ts'

const environment = readEnvironment(environments.deliver)
const now = Date.now
const client = documentClient()
const config = new Table(client, environment.CONFIG_TABLE)
const store = {
  table: new Table(client, environment.LOG_TABLE),
  retentionMs: environment.RETENTION_DAYS,
  now,
  log,
}
const metrics = new DeliveryMetrics()
// One, so that webhooks and breakers share the read of it.
const counts = new ChangeCounts(config)
const webhooks = new DynamoWebhooks(config, now, counts)
const sender = new HttpSender({
  policy: urlPolicyOf(environment),
  deadlineMs: 15_000,
  // A batch's messages, all for one receiver.
  maxConnectionsPerOrigin: 10,
})

const aMinute = { maxAgeMs: 60_000, maxEntries: 10_000 }

const deliver = deliverHandler(
  {
    webhooks: { get: (id) => webhooks.get(id), disable: metrics.countedDisable(webhooks) },
    deliveries: new DynamoDeliveries(store),
    events: new DynamoEvents(store, new DynamoSources(config)),
    sender: metrics.counted(sender),
    deliveryQueue: new SqsQueue<DeliveryMessage>(sqsClient(), {
      url: environment.DELIVERY_QUEUE_URL,
      now,
      log,
    }),
    limiter: new DynamoRateLimiter(config),
    breakers: new DynamoBreakers(config, now, counts),
    streaks: new ExpiringCache<Streak>({ maxAgeMs: 5 * 60_000, maxEntries: 10_000 }, now),
    // SQS bounds no group's concurrency. A quarter of the batches that run at once by default.
    slowness: { afterMs: 500, mostInFlight: 50 },
    cipher: new KmsCipher(kmsClient(), environment.KMS_KEY_ID),
    openedSecrets: new ExpiringCache<OpenedSecrets>({ maxAgeMs: 5 * 60_000, maxEntries: 10_000 }, now),
    userAgent,
    defaultSchedule: environment.RETRY_SCHEDULE,
    now,
    chance: Math.random,
  },
  log,
  { trials: new DynamoTrials(config, now), swift: new ExpiringCache<true>(aMinute, now) },
)

export const handler = async (...[batch, context]: Parameters<typeof deliver>) => {
  try {
    return await deliver(batch, context)
  } finally {
    const line = metrics.takeLine(environment.SERVICE_NAME, now())
    if (line !== undefined) process.stdout.write(`${line}\n`)
  }
}
