import * as z from 'zod/mini'
import { withoutResponse } from '../../domain/delivery.ts'
import { timeOfId } from '../../domain/ids.ts'
import type { Erasure } from '../../use-cases/erase-event.ts'
import { packAttempt } from './attempt-text.ts'
import { toRow } from './delivery-item.ts'
import { sortKeyOf } from './delivery-rows.ts'
import { isThere } from './expressions.ts'
import {
  attemptsPartition,
  deliveryKey,
  eventKey,
  fanOutKey,
  fanOutPartition,
  payloadKey,
} from './log-keys.ts'
import { expiresAt, type LogStore } from './log-store.ts'
import { unpackAttempt } from './packed-attempt.ts'

const Head = z.looseObject({ pk: z.string(), sk: z.string() })
const AttemptItem = z.object({ pk: z.string(), sk: z.string(), attempt: z.instanceof(Uint8Array) })

// SQS keeps a message, with the payload in it, for 14 days: for that long something must be there to say that it was erased.
const messagesKeptMs = 15 * 86_400_000

/** Erases items of the log. Messages cannot be taken off a queue of SQS: the rows of their deliveries stop them. */
export class DynamoErasure implements Erasure {
  readonly #store: LogStore

  constructor(store: LogStore) {
    this.#store = store
  }

  async begin(eventId: string, at: number): Promise<void> {
    const set = { erased_at: at, expires_at: this.#expiresAt(timeOfId(eventId), at) }
    const condition = { text: 'attribute_exists(#pk) AND attribute_not_exists(#erased_at)' }
    await this.#store.table.update(eventKey(eventId), { set }, { condition })
  }

  /** Redeliveries and replays, by the marks beside the fan-out. */
  async logged(eventId: string): Promise<readonly string[]> {
    const items = await this.#store.table.all({ pk: fanOutPartition(eventId), consistent: true })
    return items.map(sortKeyOf).filter((sk) => sk !== fanOutKey(eventId).sk)
  }

  /** The row is marked first: see DeliveryWriter for the attempt that is under way meanwhile. */
  async eraseResponses(deliveryId: string, at: number): Promise<void> {
    const { table } = this.#store
    const key = deliveryKey(deliveryId)
    const item = key && (await table.get(key, { consistent: true }))
    if (key === undefined || item === undefined) return
    const { delivery, attempt } = toRow(item)
    const set = {
      erased_at: delivery.erasedAt ?? at,
      expires_at: this.#expiresAt(delivery.createdAt, at),
      attempt: attempt && erased(attempt),
    }
    await table.update(key, { set }, { condition: isThere })
    const beside = await table.all({ pk: attemptsPartition(deliveryId), consistent: true })
    await Promise.all(
      beside.map((found) => {
        const { pk, sk, attempt } = z.parse(AttemptItem, found)
        return table.update({ pk, sk }, { set: { attempt: erased(attempt) } }, { condition: isThere })
      }),
    )
  }

  async removePayload(eventId: string): Promise<void> {
    const { table } = this.#store
    await table.delete(payloadKey(eventId))
    const item = await table.get(eventKey(eventId), { consistent: true })
    if (item === undefined) return
    const { pk, sk, payload, deflated, batch_changes, ...rest } = z.parse(Head, item)
    if (payload !== undefined || batch_changes !== undefined)
      await table.put({ pk, sk, ...rest }, { condition: isThere })
  }

  #expiresAt(createdAt: number, erasedAt: number): number {
    return expiresAt(Math.max(createdAt + this.#store.retentionMs, erasedAt + messagesKeptMs))
  }
}

function erased(packed: Uint8Array): Uint8Array {
  return packAttempt(withoutResponse(unpackAttempt(packed)))
}
