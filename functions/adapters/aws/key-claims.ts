import * as z from 'zod/mini'
import { Unavailable } from '../../domain/errors.ts'
import type { Event } from '../../domain/event.ts'
import { firstEventIdAt } from '../../domain/ids.ts'
import type { StoredKey } from '../../use-cases/accept-events.ts'
import { idempotencyKey } from './log-keys.ts'
import { expiresAt, type LogStore } from './log-store.ts'

/** An event and the key that it came under. */
export interface Keyed {
  readonly event: Event
  readonly key: StoredKey
}

/** Who has a key: the event that asked for it, or the one that it was taken for before. */
export interface Holder {
  readonly eventId: string
  readonly bodyHash: string
}

const Item = z.pipe(
  z.object({ event_id: z.string(), body_hash: z.string() }),
  z.transform(({ event_id: eventId, body_hash: bodyHash }): Holder => ({ eventId, bodyHash })),
)

const maxTries = 3

/** Idempotency keys: the first event to come under one has it until its window is over, or it has expired itself. */
export class KeyClaims {
  readonly #store: LogStore

  constructor(store: LogStore) {
    this.#store = store
  }

  /** Takes the key for the event, unless another has it. */
  async claim({ event, key }: Keyed): Promise<Holder> {
    const item = {
      ...idempotencyKey(event.origin.id, key.key),
      event_id: event.id,
      body_hash: key.bodyHash,
      free_at: event.acceptedAt + key.windowMs,
      expires_at: expiresAt(event.acceptedAt + key.windowMs),
    }
    const shownSince = this.#store.now() - this.#store.retentionMs
    const condition = {
      text: 'attribute_not_exists(#pk) OR #free_at <= :accepted_at OR #event_id < :oldest',
      values: { accepted_at: event.acceptedAt, oldest: firstEventIdAt(shownSince + 1) },
    }
    for (let tries = 0; tries < maxTries; tries++) {
      if ((await this.#store.table.put(item, { condition })) !== undefined)
        return { eventId: event.id, bodyHash: key.bodyHash }
      const holder = await this.#store.table.get(item, { consistent: true })
      // None: it was given back or has expired between the two calls.
      if (holder !== undefined) return z.parse(Item, holder)
    }
    throw new Unavailable('The idempotency key is being taken and given back. Send the same request again.')
  }

  /** Gives the key back if the event has it. */
  async release({ event, key }: Keyed): Promise<void> {
    await this.#store.table.delete(idempotencyKey(event.origin.id, key.key), {
      condition: { text: '#event_id = :event_id', values: { event_id: event.id } },
    })
  }
}
