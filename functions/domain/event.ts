/** Who posted an event: a Sourcegraph instance, a publisher's token, or this service itself: for a test, or to tell of a webhook, whose id it then has. */
export interface Origin {
  readonly kind: 'source' | 'token' | 'test' | 'service'
  readonly id: string
}

/** One thing that happened. `payload` holds the very bytes that were accepted; they are what is signed and sent. */
export interface Event {
  readonly id: string
  readonly type: string
  readonly payload: Uint8Array
  readonly origin: Origin
  /** Milliseconds since 1970; the same as in the id. */
  readonly acceptedAt: number
}

/** What fan-out decided: the webhooks that the event went to, and those that wanted it but were off. */
export interface FanOut {
  readonly at: number
  readonly webhookIds: readonly string[]
  readonly missedBy: readonly string[]
}

/** Largest payload, in bytes. */
export const maxPayloadBytes = 256 * 1024

const typePattern = /^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)*$/

/** Whether the text can name an event type: at most 100 characters of words joined by colons. It goes into a header. */
export function isEventType(text: string): boolean {
  return text.length <= 100 && typePattern.test(text)
}

/** Event types with this prefix come from this service itself; publishers with a token cannot post them. */
export const ownTypePrefix = 'webhook:'
