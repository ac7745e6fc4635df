import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { AesCipher } from '../../functions/adapters/aes-cipher.ts'
import { newEventId, newReplayId, newRun, newSecret, newWebhookId } from '../../functions/adapters/random.ts'
import { openDatabase } from '../../functions/adapters/sqlite/database.ts'
import { GroupCommit } from '../../functions/adapters/sqlite/group-commit.ts'
import { PayloadCache } from '../../functions/adapters/sqlite/payload-cache.ts'
import { SqliteQueue } from '../../functions/adapters/sqlite/sqlite-queue.ts'
import { storesOver } from '../../functions/adapters/sqlite/stores.ts'
import type { Event } from '../../functions/domain/event.ts'
import { ExpiringCache } from '../../functions/domain/expiring-cache.ts'
import type { HmacKey } from '../../functions/domain/hmac-key.ts'
import { DeliveryMessage, FanOutMessage } from '../../functions/domain/messages.ts'
import type { NoticeWords } from '../../functions/domain/notice-words.ts'
import type { Observation } from '../../functions/domain/observation.ts'
import type { Outcome } from '../../functions/domain/outcome.ts'
import type { Slowness, Streak } from '../../functions/domain/receiver-health.ts'
import type { Sealed, Webhook } from '../../functions/domain/webhook.ts'
import type { Log, LogFields } from '../../functions/middleware/log.ts'
import {
  type AttemptResult,
  attemptDelivery,
  type MadeAttempt,
  type OutgoingRequest,
} from '../../functions/use-cases/attempt-delivery.ts'
import { fanOutEvents } from '../../functions/use-cases/fan-out-events.ts'
import type { OpenedSecrets } from '../../functions/use-cases/sign-request.ts'
import { aDelivery, aDeliveryMessage, anEvent, answered, aWebhook, builtAt } from './builders.ts'
import { takeDue } from './queues.ts'

/** The engine of one test: every port that a use case may ask for, so that it can be passed to any of them as it is. */
export type TestEngine = Awaited<ReturnType<typeof openTestEngine>>

const MessageRow = z.object({
  id: z.string(),
  dueAt: z.number(),
  body: z.string().transform((text): unknown => JSON.parse(text)),
})
const SweepRow = z.object({ sweep_at: z.number().nullable() })
const secretsKeptMs = 5 * 60_000

/**
 * Opens the real SQLite adapters over a new folder, at the time `builtAt`, which stands still until it is moved.
 * @param answer what the receiver answers to the nth request, from 1; 200 when left out.
 * @param defaultSchedule milliseconds; by default 0, 5 s, 5 min and 2 h.
 * @param now takes the place of the clock that stands still.
 * @param keptPayloadBytes of payloads in memory, where messages then have none, as in the embedded server; undefined: messages have them.
 */
export async function openTestEngine({
  answer = () => answered(200),
  retentionMs = 30 * 86_400_000,
  defaultSchedule = [0, 5_000, 300_000, 7_200_000],
  now: otherNow,
  slowness,
  disableAfterMs = 5 * 86_400_000,
  maxReceives = 20,
  keptPayloadBytes,
}: {
  answer?: (request: OutgoingRequest, nth: number) => Outcome | Promise<Outcome>
  retentionMs?: number
  defaultSchedule?: readonly number[]
  now?: () => number
  slowness?: Slowness | undefined
  maxReceives?: number | undefined
  disableAfterMs?: number | undefined
  keptPayloadBytes?: number | undefined
} = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-engine-'))
  const file = join(folder, 'webhooks.db')
  const database = openDatabase(file)
  const commits = await GroupCommit.over(database, file)
  const clock = { ms: builtAt }
  const now = otherNow ?? (() => clock.ms)
  const payloads = keptPayloadBytes === undefined ? {} : { payloads: new PayloadCache(keptPayloadBytes) }
  const store = { database, commits, now, retentionMs, ...payloads }
  const queueOptions = { maxReceives, maxInFlightPerGroup: 64 }
  const cipher = new AesCipher(Buffer.alloc(32, 7))
  const stores = storesOver(store)
  const requests: (OutgoingRequest & { readonly at: number })[] = []
  const told: NoticeWords[] = []
  const logged: { readonly message: string; readonly fields: LogFields | undefined }[] = []
  const observed: Observation[] = []
  const log: Log = {
    info: (message, fields) => logged.push({ message, fields }),
    error: (message, fields) => logged.push({ message, fields }),
  }
  const engine = {
    now,
    log,
    store,
    database,
    cipher,
    ...stores,
    disableAfterMs,
    page: async (words: NoticeWords) => {
      told.push(words)
    },
    retentionMs,
    streaks: new ExpiringCache<Streak>({ maxAgeMs: 5 * 60_000, maxEntries: 100 }, now),
    slowness,
    unlogged: new ExpiringCache<MadeAttempt>({ maxAgeMs: 15 * 60_000, maxEntries: 10_000 }, now),
    fanOutQueue: new SqliteQueue<FanOutMessage>(store, { ...queueOptions, name: 'fan-out' }),
    deliveryQueue: new SqliteQueue<DeliveryMessage>(store, { ...queueOptions, name: 'delivery' }),
    openedSecrets: new ExpiringCache<OpenedSecrets>({ maxAgeMs: secretsKeptMs, maxEntries: 100 }, now),
    sourceKeys: new ExpiringCache<HmacKey>({ maxAgeMs: secretsKeptMs, maxEntries: 100 }, now),
    sender: {
      send: async (request: OutgoingRequest) => answer(request, requests.push({ ...request, at: now() })),
    },
    observe: (seen: Observation): void => {
      observed.push(seen)
    },
    userAgent: 'tests',
    defaultSchedule,
    chance: () => 0.5,
    /** Time stands still: nobody waits. */
    pause: async () => {},
    newEventId,
    newReplayId,
    newRun,
    newWebhookId,
    newSecret,
  }
  return {
    ...engine,
    /** What was logged for the operator. */
    logged,
    /** What was observed, in order. */
    observed,
    /** What the operator was told. */
    told,
    /** What reached the receiver, and when. */
    requests,
    advance: (durationMs: number) => {
      clock.ms += durationMs
    },
    /** Stores a webhook whose secret and header values are given in plain. */
    addWebhook: async ({
      plainSecret = 'shared secret',
      plainHeaders = {},
      ...over
    }: Partial<Webhook> & {
      plainSecret?: string
      plainHeaders?: Readonly<Record<string, string>>
    } = {}): Promise<Webhook> => {
      const { id } = aWebhook(over)
      const headers: Record<string, Sealed> = {}
      for (const [name, value] of Object.entries(plainHeaders)) headers[name] = await cipher.seal(value, id)
      const webhook = aWebhook({ id, secret: await cipher.seal(plainSecret, id), headers, ...over })
      await stores.webhooks.create(webhook)
      return webhook
    },
    addEvent: async (over: Partial<Event> = {}): Promise<Event> => {
      const event = anEvent({ acceptedAt: now(), ...over })
      await engine.events.store([{ event }])
      return event
    },
    /** The message of the first attempt to send a new event to the webhook. */
    firstAttempt: async (
      { id: webhookId }: Pick<Webhook, 'id'>,
      over: Partial<DeliveryMessage> = {},
    ): Promise<DeliveryMessage> => {
      const event = anEvent({ acceptedAt: now() })
      await engine.events.store([{ event }])
      const delivery = aDelivery({ eventId: event.id, webhookId, createdAt: event.acceptedAt })
      return aDeliveryMessage(delivery, { payload: Buffer.from(event.payload).toString('utf8'), ...over })
    },
    /** What lies on a queue, due or not, bodies as JSON values; the earliest first. */
    messages: (queue: 'fan-out' | 'delivery') =>
      database
        .prepare('select id, visible_at dueAt, body from messages where queue = ? order by visible_at, id')
        .all(queue)
        .map((row) => MessageRow.parse(row)),
    /** Fans out all that is due. */
    fanOutDue: async (): Promise<void> => {
      for (const { body, seen } of await takeDue(engine.fanOutQueue, now()))
        await fanOutEvents(engine, [{ message: FanOutMessage.parse(body), seen }])
    },
    /** Handles all delivery messages that are due; what became of each. */
    deliverDue: async (): Promise<readonly AttemptResult[]> => {
      const due = await takeDue(engine.deliveryQueue, now())
      return Promise.all(
        due.map(({ body, seen }) => attemptDelivery(engine, DeliveryMessage.parse(body), seen)),
      )
    },
    /** When the sweep looks at a delivery; null: never, undefined: there is no row. */
    sweepAtOf: (deliveryId: string): number | null | undefined => {
      const row = database.prepare('select sweep_at from deliveries where id = ?').get(deliveryId)
      return row && SweepRow.parse(row).sweep_at
    },
    /** Makes the store refuse one kind of write to a table, as a full disk does; returns what repairs it. */
    breakTable: (
      table: 'messages' | 'events' | 'deliveries' | 'attempts' | 'fan_outs' | 'webhooks' | 'breakers',
      { verb = 'insert', when = 'true' }: { verb?: 'insert' | 'update'; when?: string } = {},
    ) => {
      database.exec(
        `create temp trigger broken_${table} before ${verb} on main.${table} when ${when}
         begin select raise(abort, 'the disk is full'); end`,
      )
      return () => database.exec(`drop trigger broken_${table}`)
    },
    close: async (): Promise<void> => {
      await commits.close()
      database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
