import type { Delivery } from '../../domain/delivery.ts'
import { parseDeliveryId } from '../../domain/ids.ts'
import type { DeliveryLog, LogEntry } from '../../use-cases/attempt-delivery.ts'
import { toRow } from './delivery-item.ts'
import { DeliveryWriter } from './delivery-writer.ts'
import { addDueMark } from './due-marks.ts'
import { HourlyCounters } from './hourly-counters.ts'
import { deliveryKey, runKey, runsPartition } from './log-keys.ts'
import { expiresAt, type LogStore } from './log-store.ts'

/**
 * Writes the log and its marks; `DynamoDeliveryLog` reads the log for people, `DynamoDueDeliveries` for the sweep.
 *
 * A first attempt that succeeds is one write: of the row, with the attempt inside. In all other cases what must be found
 * again is written before the row, so that a process that dies in between leaves marks too many, never too few.
 */
export class DynamoDeliveries implements DeliveryLog {
  readonly #store: LogStore
  readonly #writer: DeliveryWriter
  readonly #counters: HourlyCounters

  constructor(store: LogStore) {
    this.#store = store
    this.#writer = new DeliveryWriter(store)
    this.#counters = new HourlyCounters(store)
  }

  async find(id: string): Promise<Delivery | undefined> {
    const key = deliveryKey(id)
    // As of now: a retry may come so soon that an older read would not know of the attempt before it.
    const item = key && (await this.#store.table.get(key, { consistent: true }))
    return item === undefined ? undefined : toRow(item).delivery
  }

  async record(entry: LogEntry): Promise<void> {
    const { delivery, attempt, sweepAt } = entry
    const row = deliveryKey(delivery.id)
    if (row === undefined) throw new Error(`"${delivery.id}" is no delivery id.`)
    const due = sweepAt === null ? [] : [addDueMark(this.#store, delivery.id, sweepAt)]
    await this.#writer.write(row, entry, [...due, this.#markRun(delivery)])
    if (attempt !== undefined)
      this.#counters.count(delivery.webhookId, { sentAt: attempt.sentAt, failed: attempt.error !== null })
  }

  /** Writes how many attempts were recorded since the last time, and of which webhooks. Never rejects; whoever records attempts calls it once they are over. */
  writeCounts(): Promise<void> {
    return this.#counters.write()
  }

  /** A redelivery or replay is in no fan-out: its event and its webhook learn of it when it first comes into the log. */
  async #markRun({ id, eventId, webhookId, attempts, createdAt }: Delivery): Promise<void> {
    if (attempts > 1 || parseDeliveryId(id)?.run === undefined) return
    const expires_at = expiresAt(createdAt + this.#store.retentionMs)
    const marks = [runKey(eventId, id), { pk: runsPartition(webhookId), sk: id }]
    await Promise.all(marks.map((key) => this.#store.table.put({ ...key, expires_at })))
  }
}
