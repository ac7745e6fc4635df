/** pending and retrying are under way; the others are final. */
export type DeliveryStatus = 'pending' | 'retrying' | 'delivered' | 'exhausted' | 'cancelled'

/** Why a delivery exists: an event's fan-out, one sent again by hand, many sent again, or a test. */
export type DeliveryTrigger = 'event' | 'redelivery' | 'replay' | 'test'

/** One event for one webhook. Times are milliseconds since 1970. */
export interface Delivery {
  readonly id: string
  readonly eventId: string
  readonly webhookId: string
  readonly eventType: string
  readonly trigger: DeliveryTrigger
  readonly status: DeliveryStatus
  /** Attempts made so far. */
  readonly attempts: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly nextAttemptAt: number | null
  /** The last attempt's status code (0: no response), null before the first. */
  readonly lastStatus: number | null
  /** How long the last attempt took; null before the first, and for what was logged before this was kept. */
  readonly lastDurationMs: number | null
  /** The last failure in words, or why the delivery was cancelled; null when all is well. */
  readonly lastError: string | null
  /** Whether any attempt failed: what "errors only" shows. */
  readonly errored: boolean
  /** When the event's payload and the responses to it were erased; null: they were not. */
  readonly erasedAt: number | null
}

/** One HTTP request and what came of it; never changed once written. */
export interface Attempt {
  readonly number: number
  /** When the request was sent, milliseconds since 1970. */
  readonly sentAt: number
  readonly durationMs: number
  readonly request: { readonly url: string; readonly headers: Readonly<Record<string, string>> }
  readonly response: AttemptResponse | null
  /** The failure in words; null for a success. */
  readonly error: string | null
}

/** The part of an answer that is kept. `body` is text, or base64 when its bytes are not UTF-8. */
export interface AttemptResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly bodyEncoding: 'utf8' | 'base64'
  readonly truncated: boolean
}

/** An attempt without what the receiver answered but its status code. */
export function withoutResponse(attempt: Attempt): Attempt {
  const { response } = attempt
  return {
    ...attempt,
    response: response && {
      status: response.status,
      headers: {},
      body: '',
      bodyEncoding: 'utf8',
      truncated: false,
    },
  }
}

/** What names the nth attempt of a delivery. */
export function attemptId(deliveryId: string, number: number): string {
  return `${deliveryId}/${number}`
}

/** Whether nothing more will be sent for a delivery of that status. */
export function isTerminal(status: DeliveryStatus): boolean {
  return status === 'delivered' || status === 'exhausted' || status === 'cancelled'
}
