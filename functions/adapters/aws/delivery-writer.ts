import { type Delivery, isTerminal, withoutResponse } from '../../domain/delivery.ts'
import type { LogEntry } from '../../use-cases/attempt-delivery.ts'
import { packAttempt } from './attempt-text.ts'
import { stateAttributes, toRow } from './delivery-item.ts'
import { isAbsent } from './expressions.ts'
import { attemptKey, failuresPartition } from './log-keys.ts'
import { expiresAt, type LogStore } from './log-store.ts'
import type { Key } from './table.ts'

// A row that is to change stays within one write unit, 1 KB; one that is over is only listed from then on.
const maxInsideBytes = { underWay: 600, over: 3_072 }

const isOpen = '#attempts <= :attempts AND #status IN (:pending, :retrying)'

/** Writes rows of the log, each with its first attempt inside where that is small, and other attempts beside it. */
export class DeliveryWriter {
  readonly #store: LogStore

  constructor(store: LogStore) {
    this.#store = store
  }

  /**
   * Writes the row unless a later state of it is stored, and the attempt in any case.
   * @param before writes under way that must be done before the row's.
   */
  async write(row: Key, entry: LogEntry, before: readonly Promise<unknown>[]): Promise<void> {
    const { delivery, attempt } = entry
    const isFirstFailure = delivery.errored && delivery.attempts <= 1
    const marks = [...before, isFirstFailure ? this.#markFailed(row, delivery) : undefined]
    const packed = attempt && packAttempt(attempt)
    const mostInside = isTerminal(delivery.status) ? maxInsideBytes.over : maxInsideBytes.underWay
    if (attempt?.number !== 1 || packed === undefined || packed.byteLength > mostInside) {
      await Promise.all([...marks, this.#putBeside(entry, packed)])
      return this.#update(row, entry)
    }
    await Promise.all(marks)
    if (await this.#putWith(packed, row, entry)) return
    if (await this.#hasInside(row, packed)) return
    await this.#putBeside(entry, packed)
    await this.#update(row, entry)
  }

  /** The row with its first attempt inside. False, with nothing written, if it has one already or is further. */
  async #putWith(packed: Uint8Array, row: Key, entry: LogEntry): Promise<boolean> {
    const { delivery } = entry
    const text = `attribute_not_exists(#pk) OR (attribute_not_exists(#attempt) AND ${isOpen})`
    const written = await this.#store.table.put(
      { ...row, ...this.#stateOf(entry), attempt: packed },
      { condition: { text, values: openValues(delivery) } },
    )
    return written !== undefined
  }

  /** Whether the row holds that very attempt: the SDK wrote it, missed the answer, and wrote it once more. */
  async #hasInside(row: Key, packed: Uint8Array): Promise<boolean> {
    const item = await this.#store.table.get(row, { consistent: true })
    const inside = item === undefined ? undefined : toRow(item).attempt
    return inside !== undefined && Buffer.compare(inside, packed) === 0
  }

  /** The attempt as an item of its own, which nothing but an erasure changes. */
  async #putBeside(entry: LogEntry, packed: Uint8Array | undefined): Promise<void> {
    const { delivery, attempt } = entry
    if (attempt === undefined) return
    const { expires_at } = this.#stateOf(entry)
    const item = { ...attemptKey(delivery.id, attempt), attempt: packed, expires_at }
    await this.#store.table.put(item, { condition: isAbsent })
  }

  async #update(row: Key, entry: LogEntry): Promise<void> {
    const { delivery } = entry
    const isLateFailure = delivery.errored && delivery.attempts > 1
    const text = `attribute_not_exists(#pk) OR (${isOpen})`
    const updated = await this.#store.table.update(
      row,
      { set: this.#stateOf(entry) },
      {
        condition: { text, values: openValues(delivery) },
        ...(isLateFailure ? { returning: 'old' } : {}),
      },
    )
    if (updated === undefined) return this.#eraseLate(row, entry)
    // Its first failure marked it, unless that was never recorded.
    if (!isLateFailure) return
    if (updated.item === undefined || !toRow(updated.item).delivery.errored)
      await this.#markFailed(row, delivery)
  }

  /**
   * Takes the response out of an attempt that was under way while its event was erased. Whoever erases marks the row and
   * then looks for attempts, and this looks for the mark after its attempt was written: one of the two finds the other.
   */
  async #eraseLate(row: Key, { delivery, attempt }: LogEntry): Promise<void> {
    const item = attempt && (await this.#store.table.get(row, { consistent: true }))
    if (attempt === undefined || item === undefined || toRow(item).delivery.erasedAt === null) return
    const erased = packAttempt(withoutResponse(attempt))
    await this.#store.table.update(attemptKey(delivery.id, attempt), { set: { attempt: erased } })
  }

  /** Where "errors only" looks; whether the delivery failed is for its row to say. */
  async #markFailed({ pk, sk }: Key, { createdAt }: Delivery): Promise<void> {
    const expires_at = expiresAt(createdAt + this.#store.retentionMs)
    await this.#store.table.put({ pk: failuresPartition(pk), sk, expires_at })
  }

  #stateOf({ delivery, sweepAt, retentionMs = Number.POSITIVE_INFINITY }: LogEntry) {
    return stateAttributes(delivery, { sweepAt, retentionMs: Math.min(retentionMs, this.#store.retentionMs) })
  }
}

function openValues({ attempts }: Delivery) {
  return { attempts, pending: 'pending', retrying: 'retrying' }
}
