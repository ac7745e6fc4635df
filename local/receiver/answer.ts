/** What became of a request's signatures; `unchecked` when no secret is known. */
export type Verdict =
  | { readonly kind: 'verified' }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'unchecked' }

/** How the receiver is told to behave. */
export interface Behaviour {
  /** Answered always, or to the first `failFirst` requests of an id; undefined: what the signatures deserve, or 503. */
  readonly status?: number | undefined
  readonly hang: boolean
  /** How many requests of each webhook-id fail; 0: none. */
  readonly failFirst: number
  /** Seconds, sent with every answer that is not 2xx. */
  readonly retryAfter?: number | undefined
  readonly delayMs: number
}

export type Answer =
  | { readonly kind: 'never' }
  | {
      readonly kind: 'reply'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly text: string
      readonly delayMs: number
    }

/** What to answer. `attempt`: how many requests of this webhook-id have come, from 1. */
export function decideAnswer(
  behaviour: Behaviour,
  { attempt, isTooLarge, verdict }: { attempt: number; isTooLarge: boolean; verdict: Verdict },
): Answer {
  if (behaviour.hang) return { kind: 'never' }
  const { status, text } = isTooLarge
    ? { status: 413, text: 'The body is larger than 1 MiB.' }
    : (forced(behaviour, attempt) ?? deserved(verdict))
  const isSuccess = status >= 200 && status < 300
  return {
    kind: 'reply',
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      ...(isSuccess || behaviour.retryAfter === undefined
        ? {}
        : { 'Retry-After': String(behaviour.retryAfter) }),
    },
    text: `${text}\n`,
    delayMs: behaviour.delayMs,
  }
}

interface Reply {
  readonly status: number
  readonly text: string
}

function forced({ status, failFirst }: Behaviour, attempt: number): Reply | undefined {
  if (failFirst > 0) {
    if (attempt > failFirst) return undefined
    return {
      status: status ?? 503,
      text: `Attempt ${attempt} fails as told, like all up to attempt ${failFirst}.`,
    }
  }
  return status === undefined ? undefined : { status, text: `Every request is answered ${status}, as told.` }
}

function deserved(verdict: Verdict): Reply {
  switch (verdict.kind) {
    case 'verified':
      return { status: 200, text: 'The signatures verify.' }
    case 'unchecked':
      return { status: 200, text: 'Received, not verified: no secret given.' }
    case 'refused':
      return { status: 401, text: ['Not verified.', ...verdict.problems].join('\n') }
  }
}
