import type { Breaker } from '../domain/breaker.ts'
import type { Attempt, Delivery } from '../domain/delivery.ts'
import type { HourOfAttempts } from '../domain/failing.ts'
import type { Replay } from '../domain/replay.ts'
import type { Source } from '../domain/source.ts'
import type { Token } from '../domain/token.ts'
import type { Webhook } from '../domain/webhook.ts'
import type { UrlPolicy } from '../domain/webhook-url.ts'
import type { EraseEvent } from '../use-cases/erase-event.ts'
import type {
  DeliveryFilter,
  EventFilter,
  EventSummary,
  Page,
  WebhookFilter,
  WebhookStats,
} from '../use-cases/log-queries.ts'
import type { ManageWebhooks } from '../use-cases/manage-webhooks.ts'
import type { QueueLevel } from '../use-cases/queue-levels.ts'
import type { Redeliver } from '../use-cases/redeliver.ts'
import type { ReplayStore } from '../use-cases/replay-store.ts'
import type { SendTest } from '../use-cases/send-test.ts'
import type { StartReplay } from '../use-cases/start-replay.ts'
import type { AttemptHours } from '../use-cases/watch-failures.ts'

/** A slice of a list whose items come newest first. */
interface ListRange {
  /** Only items older than the one with this id. */
  readonly before?: string | undefined
  readonly limit: number
}

/** All that the admin API works with. */
export interface AdminDeps {
  readonly manageWebhooks: ManageWebhooks
  readonly redeliver: Redeliver
  readonly sendTest: SendTest
  readonly eraseEvent: EraseEvent
  readonly replay: StartReplay & {
    readonly replays: ReplayStore & {
      list(range: ListRange & { readonly webhookId: string }): Promise<readonly Replay[]>
    }
  }
  readonly webhooks: {
    get(id: string): Promise<Webhook | undefined>
    list(filter: WebhookFilter): Promise<readonly Webhook[]>
  }
  readonly breakers: { get(webhookId: string): Promise<Breaker> }
  readonly events: {
    get(id: string): Promise<EventSummary | undefined>
    list(filter: EventFilter): Promise<Page<EventSummary>>
    payload(id: string): Promise<Uint8Array | undefined>
  }
  readonly log: {
    get(id: string): Promise<Delivery | undefined>
    attempts(deliveryId: string): Promise<readonly Attempt[]>
    ofEvent(eventId: string): Promise<readonly Delivery[]>
    ofWebhook(filter: DeliveryFilter): Promise<Page<Delivery>>
    /** Counts of the hours that the retention, and the time from `from` on, reach into. */
    stats(webhookId: string, from?: number): Promise<WebhookStats>
    /** The hours of those counts, in no order, those without a request left out. */
    hours(webhookId: string, from: number): Promise<readonly HourOfAttempts[]>
  }
  readonly attemptHours: AttemptHours
  readonly queues: { levels(): Promise<readonly QueueLevel[]> }
  readonly tokens: {
    list(range: ListRange): Promise<readonly Token[]>
    create(token: Token): Promise<void>
    remove(id: string): Promise<boolean>
  }
  readonly sources: {
    list(range: ListRange): Promise<readonly Source[]>
    create(source: Source): Promise<void>
    remove(id: string): Promise<boolean>
  }
  readonly urlPolicy: UrlPolicy
  /** How long the deployment keeps its log. */
  readonly retentionMs: number
  readonly newSourceId: (nowMs: number) => string
  readonly newTokenId: (nowMs: number) => string
  readonly newTokenSecret: () => string
  readonly now: () => number
}
