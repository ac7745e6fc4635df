import type { ReceiverAuth } from './receiver-auth.ts'
import type { RetrySchedule } from './retry-schedule.ts'
import type { Scope } from './scope.ts'

/** A secret under encryption; only the cipher that sealed it, given the same owner's id, opens it. */
export type Sealed = string & { readonly sealed: unique symbol }

/** The secret before the last rotation: until `expiresAt`, milliseconds since 1970, it signs too. */
export interface PreviousSecret {
  readonly sealed: Sealed
  readonly expiresAt: number
}

/** gone: its receiver answered 410. failing: it has had nothing but failures for days. */
export type DisabledReason = 'gone' | 'failing'

/** One configured receiver. */
export interface Webhook {
  readonly id: string
  /** Sent to verbatim. May hold credentials in its path or query: the log of deliveries shows it to who may read webhooks, log lines never do. */
  readonly url: string
  readonly description: string
  /** At least one; `*` stands for all. */
  readonly eventTypes: readonly string[]
  readonly scope: Scope
  /** Extra request headers, names as given, values sealed. */
  readonly headers: Readonly<Record<string, Sealed>>
  /** What the sealed `Authorization` among the headers holds; undefined when there is none, or an admin set it as a header. */
  readonly auth: ReceiverAuth | undefined
  readonly secret: Sealed
  /** Undefined: none, or it was ended. One whose time is over may still be here; `previousSecretAt` judges. */
  readonly previousSecret: PreviousSecret | undefined
  readonly enabled: boolean
  /** Why the service itself turned the webhook off; null while it is on or when an admin did. */
  readonly disabledReason: DisabledReason | null
  readonly disabledAt: number | null
  /** The last time that it was off and was turned on again; what it missed then can be replayed. */
  readonly lastOff: { readonly since: number; readonly until: number } | null
  /** Failures before it do not count against the webhook: then it got another URL, was turned on, or began to fail; 0: all do. */
  readonly failuresFrom: number
  /** The last share of the time, in percent, that was warned of since `failuresFrom`; 0: none. */
  readonly warned: number
  /** Undefined: the deployment's own. */
  readonly retrySchedule: RetrySchedule | undefined
  /** Most requests a second; undefined: no limit. */
  readonly rateLimit: number | undefined
  /** How long its log is shown, milliseconds; undefined: as long as the deployment's. */
  readonly retentionMs: number | undefined
  /** Up to when an earlier, shorter retention had hidden the log: what has expired does not come back. */
  readonly hiddenBefore: number | undefined
  /** Counts changes, from 1; what `ETag` shows and `If-Match` is held against. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

/** The secret that signs beside the current one at that time; undefined when the current one is alone. */
export function previousSecretAt(
  { previousSecret }: Pick<Webhook, 'previousSecret'>,
  nowMs: number,
): PreviousSecret | undefined {
  return previousSecret !== undefined && nowMs < previousSecret.expiresAt ? previousSecret : undefined
}

/** Up to when, milliseconds since 1970, the webhook's log is hidden by retentions of its own; 0 when it never had one. */
export function hiddenUntil(
  { retentionMs, hiddenBefore = 0 }: Pick<Webhook, 'retentionMs' | 'hiddenBefore'>,
  nowMs: number,
): number {
  return retentionMs === undefined ? hiddenBefore : Math.max(hiddenBefore, nowMs - retentionMs)
}

/** Every event type. */
export const anyEventType = '*'

/** Whether the webhook names the event type, or all of them. */
export function wants({ eventTypes }: Pick<Webhook, 'eventTypes'>, eventType: string): boolean {
  return eventTypes.includes(eventType) || eventTypes.includes(anyEventType)
}
