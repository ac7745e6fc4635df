import * as z from 'zod/mini'
import type { Event, FanOut } from '../../domain/event.ts'
import { timeOfId } from '../../domain/ids.ts'
import { foundBy } from '../../domain/scope.ts'
import type { EventSummary } from '../../use-cases/log-queries.ts'
import type { Attributes } from './expressions.ts'
import { FanOutShape, fanOutAttributes } from './fan-out-item.ts'
import { eventKey, payloadKey } from './log-keys.ts'
import { expiresAt } from './log-store.ts'
import { payloadAttributes } from './payload-bytes.ts'
import type { Key } from './table.ts'

// A payload that takes more than this when stored has an item of its own: listings read the heads, and what is in them.
const maxInsideBytes = 3_000

const Head = z.object({
  sk: z.string(),
  type: z.string(),
  origin_kind: z.enum(['source', 'token', 'test', 'service']),
  origin_id: z.string(),
  payload_bytes: z.number(),
  batch_changes: z.optional(z.array(z.string())),
  erased_at: z.optional(z.number()),
  /** What was decided of it as it was accepted. */
  fan_out: z.optional(FanOutShape),
})

/** What a listing reads of an event. */
export const headAttributes = Object.keys(Head.shape)

/** An event's items: its head, and before it the payload that does not fit in there. */
export function toItems(
  event: Event,
  { retentionMs, fanOut }: { retentionMs: number; fanOut?: FanOut | undefined },
): { readonly head: Key & Attributes; readonly payload: (Key & Attributes) | undefined } {
  const stored = payloadAttributes(event.payload)
  const batchChanges = foundBy(event.type, event.payload)
  const expires_at = expiresAt(event.acceptedAt + retentionMs)
  const head = {
    ...eventKey(event.id),
    type: event.type,
    origin_kind: event.origin.kind,
    origin_id: event.origin.id,
    payload_bytes: event.payload.byteLength,
    batch_changes: batchChanges.length === 0 ? undefined : batchChanges,
    expires_at,
    ...(fanOut !== undefined && { fan_out: fanOutAttributes(fanOut) }),
  }
  return stored.payload.byteLength <= maxInsideBytes
    ? { head: { ...head, ...stored }, payload: undefined }
    : { head, payload: { ...payloadKey(event.id), ...stored, expires_at } }
}

/** What was decided of an event as it was accepted; undefined when fan-out decides. */
export function fanOutIn(head: unknown): FanOut | undefined {
  return z.parse(z.pick(Head, { fan_out: true }), head).fan_out
}

/**
 * An event's head as people see it. The time of acceptance stands in its id.
 * @param fanOut what fan-out decided.
 */
export function toSummary(item: unknown, fanOut: FanOut | undefined): EventSummary {
  const head = z.parse(Head, item)
  return {
    id: head.sk,
    type: head.type,
    origin: { kind: head.origin_kind, id: head.origin_id },
    acceptedAt: timeOfId(head.sk),
    payloadBytes: head.payload_bytes,
    batchChangeIds: head.erased_at === undefined ? (head.batch_changes ?? []) : [],
    fanOut: fanOut ?? head.fan_out,
    erasedAt: head.erased_at ?? null,
  }
}
