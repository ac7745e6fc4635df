import { timeOfId } from '../../domain/ids.ts'
import { eventKey, payloadKey } from './log-keys.ts'
import type { LogStore } from './log-store.ts'
import { isErased, payloadIn } from './payload-bytes.ts'

/** Payloads of events: all that a delivery needs of them. What has expired or was erased is not there. */
export class EventPayloads {
  readonly #store: LogStore

  constructor(store: LogStore) {
    this.#store = store
  }

  async payload(eventId: string): Promise<Uint8Array | undefined> {
    if (this.hasExpired(eventId)) return undefined
    // As of now: what is not found here is never sent.
    const head = await this.#store.table.get(eventKey(eventId), { consistent: true })
    if (head === undefined || isErased(head)) return undefined
    const inside = payloadIn(head)
    if (inside !== undefined) return inside
    const apart = await this.#store.table.get(payloadKey(eventId), { consistent: true })
    return apart === undefined ? undefined : payloadIn(apart)
  }

  protected hasExpired(eventId: string): boolean {
    return timeOfId(eventId) <= this.shownSince()
  }

  protected shownSince(): number {
    return this.#store.now() - this.#store.retentionMs
  }
}
