/** What the receiver answered. Headers as received, names in lower case; the body at most 16 KiB of it. */
export interface ReceivedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The body went on past what is kept, or ended early. */
  readonly truncated: boolean
}

/** Why no response came. Nothing was sent when the address guard `denied` it, or the `breaker` put it off for too long. */
export type FailureReason = 'denied' | 'breaker' | 'dns' | 'connection' | 'tls' | 'timeout' | 'protocol'

/** What became of one attempt: data, never an exception. `message` is in words that an admin reads in the log. */
export type Outcome =
  | { readonly kind: 'response'; readonly response: ReceivedResponse }
  | { readonly kind: 'failure'; readonly reason: FailureReason; readonly message: string }

/** 2xx is success; redirects are failures and never followed. */
export function isSuccess(outcome: Outcome): boolean {
  return outcome.kind === 'response' && outcome.response.status >= 200 && outcome.response.status < 300
}

/** The status code, or 0 when no response came, as Sourcegraph's own log shows it. */
export function statusOf(outcome: Outcome): number {
  return outcome.kind === 'response' ? outcome.response.status : 0
}

/** The failure in words, null for a success. */
export function errorOf(outcome: Outcome): string | null {
  if (outcome.kind === 'failure') return outcome.message
  if (isSuccess(outcome)) return null
  const { status } = outcome.response
  if (status >= 300 && status < 400)
    return `The receiver answered ${status}, a redirect. Redirects are not followed: give the final URL.`
  if (status === 410) return 'The receiver answered 410 Gone: it wants no more requests.'
  return `The receiver answered ${status}.`
}
