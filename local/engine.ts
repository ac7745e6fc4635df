import { setTimeout as pause } from 'node:timers/promises'
import { AesCipher } from '../functions/adapters/aes-cipher.ts'
import { HttpSender } from '../functions/adapters/http/http-sender.ts'
import { newEventId, newReplayId, newRun } from '../functions/adapters/random.ts'
import { openDatabase } from '../functions/adapters/sqlite/database.ts'
import { SqliteExpiry } from '../functions/adapters/sqlite/expiry.ts'
import { GroupCommit } from '../functions/adapters/sqlite/group-commit.ts'
import { PayloadCache } from '../functions/adapters/sqlite/payload-cache.ts'
import { SqliteLevels } from '../functions/adapters/sqlite/sqlite-levels.ts'
import { SqliteQueue } from '../functions/adapters/sqlite/sqlite-queue.ts'
import { storesOver } from '../functions/adapters/sqlite/stores.ts'
import { adminHandler } from '../functions/api/admin.ts'
import { authorizeHandler } from '../functions/api/authorize.ts'
import { ingestHandler } from '../functions/api/ingest.ts'
import { ExpiringCache } from '../functions/domain/expiring-cache.ts'
import type { HmacKey } from '../functions/domain/hmac-key.ts'
import { type DeliveryMessage, type FanOutMessage, messageId } from '../functions/domain/messages.ts'
import type { Observe } from '../functions/domain/observation.ts'
import type { Streak } from '../functions/domain/receiver-health.ts'
import type { Log } from '../functions/middleware/log.ts'
import { advanceReplays } from '../functions/use-cases/advance-replays.ts'
import type { MadeAttempt } from '../functions/use-cases/attempt-delivery.ts'
import type { OpenedSecrets } from '../functions/use-cases/sign-request.ts'
import { userAgent } from '../functions/version.ts'
import { deliverHandler } from '../functions/workers/deliver.ts'
import { fanOutHandler } from '../functions/workers/fan-out.ts'
import { sweepHandler } from '../functions/workers/sweep.ts'
import { adminDeps } from './admin-deps.ts'
import type { DataFolder } from './data-folder.ts'
import type { Settings } from './settings.ts'
import { unqueuedFanOut } from './unqueued-fan-out.ts'

const deadlineMs = 15_000
/** Most requests to one webhook's receiver under way. */
const maxInFlightPerWebhook = 64
/** Most deliveries under way, all webhooks together: from the queue until they are logged. */
export const maxDeliveriesInFlight = 1_000
// A message that takes the process down with it, or that our own faults keep from being handled, is given up after this.
const maxReceives = 20
const secretsKeptMs = 5 * 60_000
const replaysMs = 1_000
// Long enough to share a commit where there is traffic, and short beside a request. A busy webhook waits for it twice a delivery.
const patienceMs = 3
// Most are sent within milliseconds; those of a long queue are read from the table.
const keptPayloadBytes = 8 * 1024 * 1024
// More than the second until the next call, should the process be busy.
const replaysAheadMs = 3_000

/** The entries that are deployed, over SQLite and this machine's network. */
export type Engine = Awaited<ReturnType<typeof openEngine>>

/** Wires everything together over an opened data folder. */
export async function openEngine(
  folder: DataFolder,
  settings: Settings,
  { log, observe }: { log: Log; observe: Observe },
) {
  const now = Date.now
  const database = openDatabase(folder.databaseFile)
  const commits = await GroupCommit.over(database, folder.databaseFile, {
    patienceMs,
    onBroken: (error) => {
      log.error('the disk does not confirm writes: ending, to recover at the next start', {
        error: String(error),
      })
      process.exit(1)
    },
    onFailed: (error) =>
      log.error('a checkpoint failed: the write-ahead log grows until one succeeds', { error }),
  })
  const payloads = new PayloadCache(keptPayloadBytes)
  const store = { database, commits, now, retentionMs: settings.retention, payloads }
  SqliteExpiry.prepare(store)
  const cipher = new AesCipher(folder.key)
  const stores = storesOver(store)
  const { webhooks, events, deliveries, attemptHours, tokens, sources } = stores
  const fanOutQueue = new SqliteQueue<FanOutMessage>(store, {
    name: 'fan-out',
    maxReceives,
    maxInFlightPerGroup: 10_000,
    maxInFlight: 10_000,
  })
  const deliveryQueue = new SqliteQueue<DeliveryMessage>(store, {
    name: 'delivery',
    maxReceives,
    maxInFlightPerGroup: maxInFlightPerWebhook,
    maxInFlight: maxDeliveriesInFlight,
  })
  const levels = new SqliteLevels(store)
  const urlPolicy = {
    allowedNetworks: settings.allowedNetworks,
    allowHttp: settings.allowHttp,
    allowedPorts: settings.allowedPorts,
  }
  const sender = new HttpSender({
    policy: urlPolicy,
    deadlineMs,
    // Webhooks that share a host must not wait for each other there: what holds them apart is the queue.
    maxConnectionsPerOrigin: maxDeliveriesInFlight,
  })
  const defaultSchedule = settings.retrySchedule
  const secrets = <Value>() => new ExpiringCache<Value>({ maxAgeMs: secretsKeptMs, maxEntries: 10_000 }, now)
  const openedSecrets = secrets<OpenedSecrets>()
  const sourceKeys = secrets<HmacKey>()
  const replay = {
    ...{ webhooks, events, deliveries, deliveryQueue, newReplayId, newRun, now },
    replays: stores.replays,
    retentionMs: settings.retention,
  }
  const admin = adminDeps(stores, {
    ...{ cipher, deliveryQueue, levels, replay, urlPolicy, now },
    retentionMs: settings.retention,
  })
  const deliver = {
    webhooks,
    deliveries,
    events: { payload: (eventId: string) => events.payloadToSend(eventId) },
    sender,
    answered: (webhookId: string, message: DeliveryMessage) =>
      deliveryQueue.answered(webhookId, messageId(message)),
    // As many as are under way at most.
    unlogged: new ExpiringCache<MadeAttempt>(
      { maxAgeMs: 15 * 60_000, maxEntries: maxDeliveriesInFlight },
      now,
    ),
    deliveryQueue,
    limiter: stores.limiter,
    breakers: stores.breakers,
    streaks: new ExpiringCache<Streak>({ maxAgeMs: 5 * 60_000, maxEntries: 10_000 }, now),
    // The queue bounds what one webhook has under way.
    slowness: undefined,
    cipher,
    openedSecrets,
    userAgent,
    defaultSchedule,
    observe,
    now,
    chance: Math.random,
    pause,
  }
  const fanOut = { subscriptions: webhooks, events, deliveries, deliveryQueue, defaultSchedule, observe, now }
  return {
    ingest: ingestHandler(
      {
        ...{ observe, newEventId, now, tokens, sources, cipher, sourceKeys },
        events: { store: (news) => events.storeAhead(news) },
        fanOutQueue: unqueuedFanOut(fanOut, fanOutQueue),
      },
      log,
    ),
    admin: adminHandler(admin, log),
    authorize: authorizeHandler({ tokens, now }),
    fanOut: fanOutHandler(fanOut, log),
    deliver: deliverHandler(deliver, log),
    sweep: sweepHandler(
      {
        events,
        webhooks,
        deliveries,
        attemptHours,
        position: stores.position,
        notices: stores.notices,
        watchPosition: stores.watchPosition,
        disableAfterMs: settings.disableAfter,
        newEventId,
        fanOutQueue,
        deliveryQueue,
        now,
      },
      log,
    ),
    /** To be called every second: queues what replays send until the next call. */
    advanceReplays: () => advanceReplays(replay, { aheadMs: replaysAheadMs, endsAt: now() + replaysMs }),
    expiry: new SqliteExpiry(store),
    levels,
    /** To be called often: secrets in plain are to be gone from memory after five minutes, also while nothing is sent. */
    dropOpenedSecrets: () => {
      openedSecrets.dropExpired()
      sourceKeys.dropExpired()
    },
    fanOutQueue,
    deliveryQueue,
    tokens,
    /** Writes out what is left and closes all files and connections. */
    close: async () => {
      sender.close()
      await commits.close()
      database.close()
      folder.unlock()
    },
  }
}
