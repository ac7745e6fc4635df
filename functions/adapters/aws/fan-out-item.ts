import * as z from 'zod/mini'
import type { FanOut } from '../../domain/event.ts'
import type { Attributes } from './expressions.ts'
import { eventOfFanOut, fanOutKey } from './log-keys.ts'
import type { Table } from './table.ts'

// Ids without their kind and with a space between: 17 bytes each, so that 24,000 webhooks fit into an item of 400 KB.
const ids = z.pipe(
  z.string(),
  z.transform((text) => (text === '' ? [] : text.split(' ').map((body) => `whk_${body}`))),
)

const Place = z.object({ pk: z.string() })

/** The attributes of a fan-out, in an item of its own or in its event's head, as what was decided. */
export const FanOutShape = z.pipe(
  z.object({ at: z.number(), webhook_ids: ids, missed_by: ids }),
  z.transform(
    ({ at, webhook_ids: webhookIds, missed_by: missedBy }): FanOut => ({ at, webhookIds, missedBy }),
  ),
)

/** An item as what an event's fan-out decided. */
export function toFanOut(item: unknown): FanOut {
  return z.parse(FanOutShape, item)
}

/** What was decided of those events that have been fanned out, by their ids. */
export async function readFanOuts(
  table: Table,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, FanOut>> {
  const items = await table.batchGet(eventIds.map(fanOutKey))
  return new Map(items.map((item) => [eventOfFanOut(z.parse(Place, item).pk), toFanOut(item)]))
}

/** The attributes of a fan-out's item but for its key. */
export function fanOutAttributes({ at, webhookIds, missedBy }: FanOut): Attributes {
  return { at, webhook_ids: joined(webhookIds), missed_by: joined(missedBy) }
}

function joined(webhookIds: readonly string[]): string {
  return webhookIds.map((id) => id.slice(4)).join(' ')
}
