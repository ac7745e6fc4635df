import type { FanOut } from '../../domain/event.ts'
import { firstEventIdAt, timeOfId } from '../../domain/ids.ts'
import type { EventStore } from '../../use-cases/accept-events.ts'
import type { FanOutAtOnce } from '../../use-cases/fan-out-at-once.ts'
import type { EventFilter, EventSummary, Page } from '../../use-cases/log-queries.ts'
import { sortKeyOf } from './delivery-rows.ts'
import { fanOutIn, headAttributes, toSummary } from './event-item.ts'
import { EventPayloads } from './event-payloads.ts'
import { EventWriter, type SourceNotes } from './event-writer.ts'
import { type Expression, isAbsent, type Range } from './expressions.ts'
import { fanOutAttributes, readFanOuts, toFanOut } from './fan-out-item.ts'
import { eventKey, eventShards, eventsPartition, fanOutKey } from './log-keys.ts'
import { expiresAt, type LogStore } from './log-store.ts'
import { mergeShards, type Placed } from './merged-shards.ts'
import { isErased } from './payload-bytes.ts'

/** About how many events one page looks at before it answers with what it has. */
const maxReadEvents = 2_000

export class DynamoEvents extends EventPayloads implements EventStore {
  readonly #store: LogStore
  readonly #writer: EventWriter

  /** @param sources where it is noted when a source's last event came. */
  constructor(store: LogStore, sources: SourceNotes) {
    super(store)
    this.#store = store
    this.#writer = new EventWriter(store, sources)
  }

  store: FanOutAtOnce['store'] = (news) => this.#writer.store(news)

  async fanOutOf(eventId: string): Promise<FanOut | undefined> {
    const [recorded, head] = await Promise.all([
      this.#recordedFanOut(eventId),
      this.#store.table.get(eventKey(eventId), { consistent: true }),
    ])
    return recorded ?? (head === undefined ? undefined : fanOutIn(head))
  }

  async #recordedFanOut(eventId: string): Promise<FanOut | undefined> {
    const item = await this.#store.table.get(fanOutKey(eventId), { consistent: true })
    return item === undefined ? undefined : toFanOut(item)
  }

  /** False when one is recorded already; what was decided as the event was accepted is not. */
  async recordFanOut(eventId: string, fanOut: FanOut): Promise<boolean> {
    const expires_at = expiresAt(timeOfId(eventId) + this.#store.retentionMs)
    const item = { ...fanOutKey(eventId), ...fanOutAttributes(fanOut), expires_at }
    return (await this.#store.table.put(item, { condition: isAbsent })) !== undefined
  }

  /** As fan-out wants it: see FanOutEvents. */
  async erased(eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    const keys = [...new Set(eventIds)].map(eventKey)
    const heads = await this.#store.table.batchGet(keys, {
      // At half the price. What a mark has to stop here is old: a message set aside, for a webhook that came since.
      consistent: false,
      attributes: ['sk', 'erased_at'],
    })
    return new Set(heads.filter(isErased).map(sortKeyOf))
  }

  async get(eventId: string): Promise<EventSummary | undefined> {
    if (this.hasExpired(eventId)) return undefined
    const [head, fanOut] = await Promise.all([
      this.#store.table.get(eventKey(eventId), { consistent: true }),
      this.#recordedFanOut(eventId),
    ])
    return head === undefined ? undefined : toSummary(head, fanOut)
  }

  async list({ from, to, before, limit, ...wanted }: EventFilter): Promise<Page<EventSummary>> {
    const oldest = firstEventIdAt(Math.max(this.shownSince() + 1, from ?? 0))
    const newest = to === undefined ? 'evt_~' : firstEventIdAt(to + 1)
    const end = before !== undefined && before < newest ? before : newest
    if (oldest > end) return { items: [], next: undefined }
    const range = { from: oldest, to: end, startAfter: end, descending: true, ...filterOf(wanted) }
    const { items, next } = await this.#heads(range, { limit, maxRead: maxReadEvents })
    return { items: await this.#summaries(items), next }
  }

  /** Those of the events that are there, in no order. */
  async summaries(eventIds: readonly string[]): Promise<readonly EventSummary[]> {
    const keys = eventIds.filter((id) => !this.hasExpired(id)).map(eventKey)
    const heads = await this.#store.table.batchGet(keys, { attributes: headAttributes })
    return this.#summaries(heads.map((item) => ({ sk: sortKeyOf(item), item })))
  }

  /** Oldest first, expired or not: for the audit. */
  async acceptedBetween({ after, before, limit }: { after: string; before: string; limit: number }) {
    if (after >= before) return []
    const range = { from: after, to: before, startAfter: after, descending: false }
    const { items } = await this.#heads(range, { limit, maxRead: Number.POSITIVE_INFINITY })
    return this.#summaries(items.filter(({ sk }) => sk < before))
  }

  /** Heads of events of all shards as one list. */
  #heads(
    range: Omit<Range, 'pk'> & { readonly descending: boolean },
    { limit, maxRead }: { limit: number; maxRead: number },
  ) {
    return mergeShards<unknown>({
      shards: eventShards,
      descending: range.descending,
      limit,
      maxRead,
      read: async (shard, { startAfter = range.startAfter, limit }) => {
        const pk = eventsPartition(shard)
        const page = { ...range, pk, startAfter, limit, attributes: headAttributes }
        const { items, next } = await this.#store.table.page(page)
        return { items: items.map((item) => ({ sk: sortKeyOf(item), item })), next }
      },
    })
  }

  async #summaries(heads: readonly Placed<unknown>[]): Promise<readonly EventSummary[]> {
    const ids = heads.flatMap(({ sk, item }) => (fanOutIn(item) === undefined ? [sk] : []))
    const fanOuts = await readFanOuts(this.#store.table, ids)
    return heads.map(({ sk, item }) => toSummary(item, fanOuts.get(sk)))
  }
}

function filterOf({ type, batchChangeId }: Pick<EventFilter, 'type' | 'batchChangeId'>): {
  readonly filter?: Expression
} {
  const conditions = [
    ...(type === undefined ? [] : ['#type = :type']),
    ...(batchChangeId === undefined
      ? []
      : ['contains(#batch_changes, :batch_change) AND attribute_not_exists(#erased_at)']),
  ]
  if (conditions.length === 0) return {}
  return { filter: { text: conditions.join(' AND '), values: { type, batch_change: batchChangeId } } }
}
