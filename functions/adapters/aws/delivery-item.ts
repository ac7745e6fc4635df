import * as z from 'zod/mini'
import { type Delivery, isTerminal } from '../../domain/delivery.ts'
import { parseDeliveryId } from '../../domain/ids.ts'
import type { Attributes } from './expressions.ts'
import { readPlace } from './log-keys.ts'
import { expiresAt } from './log-store.ts'

/** A delivery as it stands in the log. */
export interface Row {
  readonly delivery: Delivery
  /** When the sweep should look at it; null: never again. */
  readonly sweepAt: number | null
  /** The first attempt, packed, if it stands in the row. */
  readonly attempt: Uint8Array | undefined
}

const Item = z.object({
  sk: z.string(),
  event_type: z.string(),
  trigger: z.enum(['event', 'redelivery', 'replay', 'test']),
  status: z.enum(['pending', 'retrying', 'delivered', 'exhausted', 'cancelled']),
  attempts: z.number(),
  updated_at: z.number(),
  next_attempt_at: z.nullable(z.number()),
  last_status: z.nullable(z.number()),
  last_duration_ms: z.optional(z.nullable(z.number())),
  last_error: z.nullable(z.string()),
  errored: z.boolean(),
  sweep_at: z.nullable(z.number()),
  erased_at: z.optional(z.number()),
  attempt: z.optional(z.instanceof(Uint8Array)),
})

/** All of a row but its first attempt. */
export const deliveryAttributes = Object.keys(Item.shape).filter((name) => name !== 'attempt')

/** An item as a row. What its key tells is not stored a second time. */
export function toRow(item: unknown): Row {
  const row = z.parse(Item, item)
  const { time: createdAt, id } = readPlace(row.sk)
  const key = parseDeliveryId(id)
  if (key === undefined) throw new Error(`"${row.sk}" is no delivery's sort key.`)
  const delivery: Delivery = {
    id,
    eventId: key.eventId,
    webhookId: key.webhookId,
    eventType: row.event_type,
    trigger: row.trigger,
    status: row.status,
    attempts: row.attempts,
    createdAt,
    updatedAt: row.updated_at,
    nextAttemptAt: row.next_attempt_at,
    lastStatus: row.last_status,
    lastDurationMs: row.last_duration_ms ?? null,
    lastError: row.last_error,
    errored: row.errored,
    erasedAt: row.erased_at ?? null,
  }
  return { delivery, sweepAt: row.sweep_at, attempt: row.attempt }
}

/** The attributes of a row but for its key and its first attempt. */
export function stateAttributes(
  delivery: Delivery,
  { sweepAt, retentionMs }: { sweepAt: number | null; retentionMs: number },
): Attributes {
  return {
    event_type: delivery.eventType,
    trigger: delivery.trigger,
    status: delivery.status,
    attempts: delivery.attempts,
    updated_at: delivery.updatedAt,
    next_attempt_at: delivery.nextAttemptAt,
    last_status: delivery.lastStatus,
    last_duration_ms: delivery.lastDurationMs,
    last_error: delivery.lastError,
    errored: delivery.errored,
    sweep_at: sweepAt,
    expires_at: expiresAt(lastNeededAt(delivery) + retentionMs),
  }
}

/** What is under way must not expire, however old it is. */
function lastNeededAt({ status, createdAt, updatedAt, nextAttemptAt }: Delivery): number {
  return isTerminal(status) ? createdAt : Math.max(createdAt, updatedAt, nextAttemptAt ?? 0)
}
