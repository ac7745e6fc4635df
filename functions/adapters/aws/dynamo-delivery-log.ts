import * as z from 'zod/mini'
import type { Attempt, Delivery } from '../../domain/delivery.ts'
import type { HourOfAttempts } from '../../domain/failing.ts'
import { deliveryId } from '../../domain/ids.ts'
import type { DeliveryFilter, Page, WebhookStats } from '../../use-cases/log-queries.ts'
import { toRow } from './delivery-item.ts'
import { DeliveryPages } from './delivery-pages.ts'
import { readRows, sortKeyOf } from './delivery-rows.ts'
import { fanOutIn } from './event-item.ts'
import { toFanOut } from './fan-out-item.ts'
import { toHour } from './hour-item.ts'
import {
  attemptsPartition,
  counterKey,
  deliveryKey,
  eventKey,
  fanOutKey,
  fanOutPartition,
} from './log-keys.ts'
import type { LogStore } from './log-store.ts'
import { unpackAttempt } from './packed-attempt.ts'

const AttemptItem = z.object({ attempt: z.instanceof(Uint8Array) })

const maxOfEvent = 10_000

/** Reads the log for people: what has expired is not there, and no page costs more than a bounded look. */
export class DynamoDeliveryLog {
  readonly #store: LogStore
  readonly #pages: DeliveryPages

  constructor(store: LogStore) {
    this.#store = store
    this.#pages = new DeliveryPages(store)
  }

  async get(id: string): Promise<Delivery | undefined> {
    const key = deliveryKey(id)
    const item = key && (await this.#store.table.get(key, { consistent: true }))
    if (item === undefined) return undefined
    const { delivery } = toRow(item)
    return delivery.createdAt > this.#shownSince() ? delivery : undefined
  }

  /** A delivery's attempts, oldest first. */
  async attempts(deliveryId: string): Promise<readonly Attempt[]> {
    const key = deliveryKey(deliveryId)
    if (key === undefined) return []
    const [row, beside] = await Promise.all([
      this.#store.table.get(key, { consistent: true }),
      this.#store.table.all({ pk: attemptsPartition(deliveryId), consistent: true }),
    ])
    const first = row === undefined ? undefined : toRow(row).attempt
    return [
      ...(first === undefined ? [] : [first]),
      ...beside.map((item) => z.parse(AttemptItem, item).attempt),
    ]
      .map(unpackAttempt)
      .sort((a, b) => a.number - b.number || a.sentAt - b.sentAt)
  }

  /**
   * An event's deliveries that have been attempted or ended, oldest first, at most 10,000. Their keys are computed from
   * the webhooks that the fan-out names; redeliveries have marks beside it.
   */
  async ofEvent(eventId: string): Promise<readonly Delivery[]> {
    const { sk: fanOutName } = fanOutKey(eventId)
    const [items, head] = await Promise.all([
      this.#store.table.all({ pk: fanOutPartition(eventId) }),
      this.#store.table.get(eventKey(eventId)),
    ])
    const recorded = items.find((item) => sortKeyOf(item) === fanOutName)
    const fanOut = recorded === undefined ? fanOutIn(head ?? {}) : toFanOut(recorded)
    const ids = [
      ...(fanOut?.webhookIds ?? []).map((webhookId) => deliveryId({ eventId, webhookId })),
      ...items.map(sortKeyOf).filter((sk) => sk !== fanOutName),
    ]
    const rows = await readRows(this.#store.table, ids.slice(0, maxOfEvent))
    return [...rows.values()].map(({ delivery }) => delivery).sort(byTime)
  }

  ofWebhook(filter: DeliveryFilter): Promise<Page<Delivery>> {
    return this.#pages.page(filter, this.#shownSince())
  }

  async stats(webhookId: string, from = 0): Promise<WebhookStats> {
    const hours = await this.hours(webhookId, from)
    return hours.reduce(
      (sum, { total, errored }) => ({ total: sum.total + total, errored: sum.errored + errored }),
      { total: 0, errored: 0 },
    )
  }

  async hours(webhookId: string, since: number): Promise<readonly HourOfAttempts[]> {
    const { pk, sk: from } = counterKey(webhookId, Math.max(since, this.#shownSince()))
    return (await this.#store.table.all({ pk, from })).map(toHour)
  }

  #shownSince(): number {
    return this.#store.now() - this.#store.retentionMs
  }
}

function byTime(a: Delivery, b: Delivery): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
}
