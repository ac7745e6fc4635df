import { parseDeliveryId } from '../domain/ids.ts'
import type { DeliveryMessage } from '../domain/messages.ts'

export interface Trials {
  /** Whether the receiver answered somebody soon within the last minute; if not, whether this may be the next to try. */
  mayBegin(webhookId: string): Promise<boolean>
  /** Somebody was answered soon. */
  passed(webhookId: string): Promise<void>
}

export interface HeedCrowds {
  readonly trials: Trials
  /** Webhooks whose receivers answered this process soon, within the last minute. */
  readonly swift: { get(webhookId: string): true | undefined; set(webhookId: string, value: true): void }
}

/** So many messages of one webhook in a batch of ten mean that it has many. */
const crowdSize = 3

/**
 * Who has many messages in a batch. Of a webhook that has many, and whose receiver nobody knows, few batches may go
 * at a time until one was answered soon: if it hangs, only those hang with it. A batch that is over tells nothing any more.
 */
export class Crowds {
  readonly #deps: HeedCrowds
  readonly #sizes = new Map<string, number>()
  readonly #begun = new Map<string, Promise<boolean>>()

  constructor(deps: HeedCrowds, messages: readonly DeliveryMessage[]) {
    this.#deps = deps
    for (const message of messages) {
      const id = parseDeliveryId(message.delivery_id)?.webhookId ?? ''
      this.#sizes.set(id, (this.#sizes.get(id) ?? 0) + 1)
    }
  }

  /** Whether many of the batch's messages are of that webhook. */
  has(webhookId: string): boolean {
    return (this.#sizes.get(webhookId) ?? 0) >= crowdSize
  }

  /** Whether the batch's messages of that webhook may go now; asked once for all of them. */
  async mayGo(webhookId: string): Promise<boolean> {
    if (!this.has(webhookId)) return true
    const begun =
      this.#begun.get(webhookId) ??
      (this.#deps.swift.get(webhookId) === true ? undefined : this.#deps.trials.mayBegin(webhookId))
    if (begun === undefined) return true
    this.#begun.set(webhookId, begun)
    return begun
  }

  /** The receiver has answered soon. */
  async answeredSoon(webhookId: string): Promise<void> {
    this.#deps.swift.set(webhookId, true)
    if (this.#begun.delete(webhookId)) await this.#deps.trials.passed(webhookId)
  }
}
