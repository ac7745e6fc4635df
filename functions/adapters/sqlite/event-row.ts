import * as z from 'zod/mini'
import type { EventSummary } from '../../use-cases/log-queries.ts'
import { jsonColumn } from './json-column.ts'

/** A column of ids, as a JSON array. */
export const idsColumn = jsonColumn(z.array(z.string()))

const EventRow = z.object({
  id: z.string(),
  type: z.string(),
  origin_kind: z.enum(['source', 'token', 'test', 'service']),
  origin_id: z.string(),
  accepted_at: z.number(),
  payload_bytes: z.number(),
  batch_changes: z.nullable(idsColumn),
  at: z.nullable(z.number()),
  webhook_ids: z.nullable(idsColumn),
  missed_by: z.nullable(idsColumn),
  erased_at: z.nullable(z.number()),
})

/** What `toSummary` reads, of the tables `e` (events) and `f` (fan_outs, joined from the left). */
export const summaryColumns = `e.id, e.type, e.origin_kind, e.origin_id, e.accepted_at, length(e.payload) payload_bytes,
  e.batch_changes, f.at, f.webhook_ids, f.missed_by, (select erased_at from erasures where event_id = e.id) erased_at`

export function toSummary(row: unknown): EventSummary {
  const event = z.parse(EventRow, row)
  const { at, webhook_ids: webhookIds, missed_by: missedBy } = event
  return {
    id: event.id,
    type: event.type,
    origin: { kind: event.origin_kind, id: event.origin_id },
    acceptedAt: event.accepted_at,
    payloadBytes: event.payload_bytes,
    batchChangeIds: event.erased_at === null ? (event.batch_changes ?? []) : [],
    fanOut:
      at === null || webhookIds === null || missedBy === null ? undefined : { at, webhookIds, missedBy },
    erasedAt: event.erased_at,
  }
}
