import type { Warning } from './failing.ts'
import type { Webhook } from './webhook.ts'

/**
 * Something about a webhook that is to be told, once. `at`: when it was decided, milliseconds since 1970.
 *
 * - gone: its receiver answered 410, so it was turned off.
 * - failing: nothing but failures since `since`. With 100 percent of the time, `disableAfterMs`, it was turned off.
 */
export type Notice = { readonly webhookId: string; readonly at: number } & (
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'failing'
      readonly since: number
      readonly failures: number
      readonly percent: Warning | 100
      readonly disableAfterMs: number
    }
)

/** Names what a notice tells of: the same however often it is decided. */
export function noticeId(notice: Notice): string {
  const { webhookId, at } = notice
  return isWarning(notice) ? `${webhookId}/${notice.since}/${notice.percent}` : offNoticeId(webhookId, at)
}

/** Names the notice that a webhook was turned off at that time. */
export function offNoticeId(webhookId: string, at: number): string {
  return `${webhookId}/off/${at}`
}

/** Whether the webhook is on yet. */
export function isWarning(
  notice: Notice,
): notice is Extract<Notice, { kind: 'failing' }> & { percent: Warning } {
  return notice.kind === 'failing' && notice.percent < 100
}

/** Whether it came to that: a notice is written before the webhook is changed, and who wrote it may have died in between. */
export function cameTrue(
  notice: Notice,
  {
    disabledAt,
    lastOff,
    failuresFrom,
    warned,
  }: Pick<Webhook, 'disabledAt' | 'lastOff' | 'failuresFrom' | 'warned'>,
): boolean {
  if (isWarning(notice)) return failuresFrom === notice.since && warned >= notice.percent
  return disabledAt === notice.at || lastOff?.since === notice.at
}
