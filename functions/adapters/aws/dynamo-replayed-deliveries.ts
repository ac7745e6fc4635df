import type { Delivery } from '../../domain/delivery.ts'
import { deliveryId, parseDeliveryId, timeOfId } from '../../domain/ids.ts'
import { readRows, sortKeyOf } from './delivery-rows.ts'
import { DynamoDeliveries } from './dynamo-deliveries.ts'
import type { Range } from './expressions.ts'
import {
  deliveriesPartition,
  deliveryShards,
  failuresPartition,
  placeOf,
  readPlace,
  runsPartition,
} from './log-keys.ts'
import type { LogStore } from './log-store.ts'
import { mergeShards, type ShardPage } from './merged-shards.ts'

interface EventRange {
  readonly after: string
  readonly before: string
  readonly limit: number
}

/** Deliveries as replays want them: see LookThrough. Apart, so that only those load it who replay. */
export class DynamoReplayedDeliveries extends DynamoDeliveries {
  readonly #store: LogStore

  constructor(store: LogStore) {
    super(store)
    this.#store = store
  }

  /**
   * Merges the marks of failures with those of redeliveries and replays. Both lie in the order of the events: a delivery
   * that fan-out made has its event's time, and the others are marked by their ids, which begin with the event's.
   */
  async eventsToMend(webhookId: string, { after, before, limit }: EventRange): Promise<readonly string[]> {
    const [from, to] = [
      placeOf(timeOfId(after), `${prefixOf(after)}~`),
      placeOf(timeOfId(before), prefixOf(before)),
    ]
    const { items } = await mergeShards<string>({
      shards: deliveryShards + 1,
      descending: false,
      limit,
      maxRead: Number.POSITIVE_INFINITY,
      read: (shard, { startAfter = from, limit }) =>
        shard < deliveryShards
          ? this.#failures({
              pk: failuresPartition(deliveriesPartition(webhookId, shard)),
              ...{ from, to, startAfter, limit },
            })
          : this.#runs(webhookId, { startAfter, to, limit }),
    })
    const eventIds = items.flatMap(({ item }) => parseDeliveryId(item)?.eventId ?? [])
    return [...new Set(eventIds)]
  }

  async ofEventsTo(webhookId: string, eventIds: readonly string[]): Promise<readonly Delivery[]> {
    const [first, last] = [eventIds[0], eventIds.at(-1)]
    if (first === undefined || last === undefined) return []
    const range = { from: prefixOf(first), to: `${prefixOf(last)}~` }
    const marks = await this.#store.table.all({ pk: runsPartition(webhookId), ...range, consistent: true })
    const wanted = new Set(eventIds)
    const runs = marks.map(sortKeyOf).filter((id) => wanted.has(parseDeliveryId(id)?.eventId ?? ''))
    // What fan-out made may be a second old: it is then under way for a second longer. A run must not be overlooked.
    const rows = await Promise.all([
      readRows(
        this.#store.table,
        eventIds.map((eventId) => deliveryId({ eventId, webhookId })),
      ),
      readRows(this.#store.table, runs, { consistent: true }),
    ])
    return rows.flatMap((found) => [...found.values()].map(({ delivery }) => delivery))
  }

  async #failures(range: Range): Promise<ShardPage<string>> {
    const { items, next } = await this.#store.table.page(range)
    const marks = items.map(sortKeyOf).map((sk) => ({ sk, item: readPlace(sk).id }))
    // A run lies here at its own time, not its event's.
    return { items: marks.filter(({ item }) => parseDeliveryId(item)?.run === undefined), next }
  }

  async #runs(
    webhookId: string,
    { startAfter, to, limit }: { startAfter: string; to: string; limit: number },
  ): Promise<ShardPage<string>> {
    const bounds = { from: readPlace(startAfter).id, to: readPlace(to).id }
    const range = { pk: runsPartition(webhookId), ...bounds, startAfter: bounds.from, limit }
    const { items, next } = await this.#store.table.page(range)
    return {
      items: items.map(sortKeyOf).map((id) => ({ sk: placeOfRun(id), item: id })),
      next: next && placeOfRun(next),
    }
  }
}

/** What the ids of all deliveries of an event begin with. */
function prefixOf(eventId: string): string {
  return `dlv_${eventId.slice(4)}`
}

/** Where a run stands among the deliveries that fan-out made. */
function placeOfRun(id: string): string {
  return placeOf(timeOfId(id), id)
}
