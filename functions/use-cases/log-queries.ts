import type { DeliveryStatus } from '../domain/delivery.ts'
import type { FanOut, Origin } from '../domain/event.ts'

/** A page of a log. `next`: where the following page starts; undefined at the end. It may follow a page that is not full. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | undefined
}

/** Which webhooks a listing wants; they come newest first. */
export interface WebhookFilter {
  /** Only webhooks that get this type, by name or by `*`. */
  readonly eventType?: string | undefined
  readonly enabled?: boolean | undefined
  /** Only webhooks older than the one with this id. */
  readonly before?: string | undefined
  readonly limit: number
}

/** Which events a listing wants; they come newest first. Times are milliseconds since 1970, both included. */
export interface EventFilter {
  readonly type?: string | undefined
  /** Only events about this batch change. */
  readonly batchChangeId?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** A page's `next`: only events older than the one with this id. */
  readonly before?: string | undefined
  readonly limit: number
}

/** Which deliveries of a webhook a listing wants; they come newest first. */
export interface DeliveryFilter {
  readonly webhookId: string
  readonly statuses?: readonly DeliveryStatus[] | undefined
  readonly eventType?: string | undefined
  /** Only deliveries with a failed attempt. */
  readonly erroredOnly?: boolean | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** A page's `next`. */
  readonly after?: string | undefined
  readonly limit: number
}

/** An event as the log shows it: without its payload. */
export interface EventSummary {
  readonly id: string
  readonly type: string
  readonly origin: Origin
  readonly acceptedAt: number
  readonly payloadBytes: number
  /** Those that it can be found by: none once its payload was erased, as they are part of it. */
  readonly batchChangeIds: readonly string[]
  /** Undefined until the event has been fanned out. */
  readonly fanOut: FanOut | undefined
  /** When its payload was erased; null: it was not. */
  readonly erasedAt: number | null
}

/** Requests sent to a webhook within the retention, and how many of them failed. */
export interface WebhookStats {
  readonly total: number
  readonly errored: number
}
