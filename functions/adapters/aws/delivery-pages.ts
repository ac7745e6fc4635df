import type { Delivery, DeliveryStatus } from '../../domain/delivery.ts'
import type { DeliveryFilter, Page } from '../../use-cases/log-queries.ts'
import { deliveryAttributes, toRow } from './delivery-item.ts'
import { readMark, readRows } from './delivery-rows.ts'
import type { Expression, Range } from './expressions.ts'
import { deliveriesPartition, deliveryShards, failuresPartition, placeOf, readPlace } from './log-keys.ts'
import type { LogStore } from './log-store.ts'
import { mergeShards, type ShardPage } from './merged-shards.ts'

/** About how many rows one page looks at before it answers with what it has. */
const maxReadRows = 2_000

type Wanted = Pick<DeliveryFilter, 'statuses' | 'eventType'>

/** Pages of a webhook's log, newest first. */
export class DeliveryPages {
  readonly #store: LogStore

  constructor(store: LogStore) {
    this.#store = store
  }

  /** One page of what came after `shownSince`, milliseconds since 1970. */
  async page(filter: DeliveryFilter, shownSince: number): Promise<Page<Delivery>> {
    const { webhookId, statuses, erroredOnly, limit } = filter
    const { from, before } = boundsOf(filter, shownSince)
    if (from > before) return { items: [], next: undefined }
    // Retrying and exhausted deliveries have failed before, so the marks of failures name them all.
    const failuresOnly = erroredOnly === true || statuses?.every((status) => neverWithoutFailure.has(status))
    const read = failuresOnly === true ? this.#failures : this.#rows
    const { items, next } = await mergeShards<Delivery>({
      shards: deliveryShards,
      descending: true,
      limit,
      maxRead: maxReadRows,
      read: (shard, { startAfter = before, limit }) => {
        const pk = deliveriesPartition(webhookId, shard)
        return read({ pk, from, to: before, startAfter, limit, descending: true }, filter)
      },
    })
    return { items: items.map(({ item }) => item), next: next && cursorOf(next) }
  }

  #rows = async (range: Range, wanted: Wanted): Promise<ShardPage<Delivery>> => {
    const { items, next } = await this.#store.table.page({
      ...range,
      ...filterOf(wanted),
      attributes: deliveryAttributes,
    })
    const deliveries = items.map((item) => toRow(item).delivery)
    return { items: deliveries.map((item) => ({ sk: placeOf(item.createdAt, item.id), item })), next }
  }

  #failures = async (range: Range, wanted: Wanted): Promise<ShardPage<Delivery>> => {
    const { items, next } = await this.#store.table.page({ ...range, pk: failuresPartition(range.pk) })
    const marks = items.map(readMark)
    const rows = await readRows(
      this.#store.table,
      marks.map(({ id }) => id),
    )
    return {
      items: marks.flatMap(({ sk, id }) => {
        const delivery = rows.get(id)?.delivery
        return delivery?.errored === true && isWanted(delivery, wanted) ? [{ sk, item: delivery }] : []
      }),
      next,
    }
  }
}

const neverWithoutFailure: ReadonlySet<DeliveryStatus> = new Set(['retrying', 'exhausted'])

/** The sort keys between which a page's rows lie, the second excluded. */
function boundsOf({ from, to, after }: DeliveryFilter, shownSince: number): { from: string; before: string } {
  const [time = '', id = ''] = after?.split('/') ?? []
  const newest = placeOf(to ?? Number.MAX_SAFE_INTEGER, '~')
  const before = after === undefined ? newest : placeOf(Number(time), id)
  return {
    from: placeOf(Math.max(from ?? 0, shownSince + 1), ''),
    before: before < newest ? before : newest,
  }
}

function cursorOf(place: string): string {
  const { time, id } = readPlace(place)
  return `${time}/${id}`
}

function isWanted({ status, eventType }: Delivery, wanted: Wanted): boolean {
  return (
    (wanted.statuses?.includes(status) ?? true) &&
    (wanted.eventType === undefined || wanted.eventType === eventType)
  )
}

/** The same for rows, so that what is not wanted does not travel. */
function filterOf({ statuses, eventType }: Wanted): { readonly filter?: Expression } {
  const names = statuses?.map((_, index) => `status_${index}`)
  const conditions = [
    ...(eventType === undefined ? [] : ['#event_type = :event_type']),
    ...(names === undefined ? [] : [`#status IN (${names.map((name) => `:${name}`).join(', ')})`]),
  ]
  if (conditions.length === 0) return {}
  const values = Object.fromEntries(statuses?.map((status, index) => [`status_${index}`, status]) ?? [])
  return { filter: { text: conditions.join(' AND '), values: { ...values, event_type: eventType } } }
}
