import type * as z from 'zod'
import type {
  CreatedSource,
  CreatedToken,
  SourceResource,
  TokenResource,
} from '../../../functions/api/schemas/access.ts'
import type { ActivityResource } from '../../../functions/api/schemas/activity.ts'
import type {
  AttemptResource,
  DeliveryDetail,
  DeliveryResource,
} from '../../../functions/api/schemas/delivery.ts'
import type { EventResource } from '../../../functions/api/schemas/event.ts'
import type { QueueResource } from '../../../functions/api/schemas/queue.ts'
import type { ReplayResource } from '../../../functions/api/schemas/replay.ts'
import type { TroubledWebhookResource } from '../../../functions/api/schemas/troubled-webhook.ts'
import type { CreatedWebhook, WebhookResource } from '../../../functions/api/schemas/webhook-resource.ts'

/** What the API answers with, by its own schemas. */
export type Webhook = z.output<typeof WebhookResource>
export type WebhookWithSecret = z.output<typeof CreatedWebhook>
export type Delivery = z.output<typeof DeliveryResource>
export type DeliveryWithAttempts = z.output<typeof DeliveryDetail>
export type Attempt = z.output<typeof AttemptResource>
export type Event = z.output<typeof EventResource>
export type Replay = z.output<typeof ReplayResource>
export type Source = z.output<typeof SourceResource>
export type Token = z.output<typeof TokenResource>

export interface EventType {
  readonly key: string
  readonly description: string
  readonly example: Readonly<Record<string, unknown>>
}

export interface Page<Item> {
  readonly data: readonly Item[]
  readonly next_cursor: string | null
}

export type Activity = z.output<typeof ActivityResource>
export type EventWithDeliveries = Event & {
  readonly payload: unknown
  readonly deliveries: readonly Delivery[]
}
export type SourceWithSecret = z.output<typeof CreatedSource>
export type TokenWithSecret = z.output<typeof CreatedToken>
export type TroubledWebhook = z.output<typeof TroubledWebhookResource>
export type Queue = z.output<typeof QueueResource>
