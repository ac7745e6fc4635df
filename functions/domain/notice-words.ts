import { formatDuration } from './duration.ts'
import { isWarning, type Notice } from './notice.ts'
import type { Webhook } from './webhook.ts'

/** A notice for people. `subject`: one line of ASCII, at most 100 characters, as SNS wants it for mail. */
export interface NoticeWords {
  readonly subject: string
  readonly text: string
}

const dayMs = 86_400_000

type Told = Pick<Webhook, 'id' | 'url' | 'description'>

/**
 * The event that tells programs of a notice. Of the URL it has the origin only: path and query may hold credentials, and
 * the event goes to other receivers.
 */
export function noticeEvent(
  notice: Notice,
  { id, url, description }: Told,
): { readonly type: string; readonly payload: Uint8Array } {
  const webhook = { id, description, receiver: new URL(url).origin }
  const isFailing = notice.kind === 'failing'
  const failures = {
    failing_since: isFailing ? iso(notice.since) : null,
    failed_attempts: isFailing ? notice.failures : null,
  }
  const [type, payload] = isWarning(notice)
    ? ['webhook:failing', { webhook, ...failures, percent: notice.percent, disables_at: endOf(notice) }]
    : ['webhook:disabled', { webhook, reason: notice.kind, disabled_at: iso(notice.at), ...failures }]
  return { type, payload: Buffer.from(JSON.stringify(payload), 'utf8') }
}

/** What a person who is woken needs: what happened, what it means, what to do. */
export function noticeWords(notice: Notice, webhook: Told): NoticeWords {
  const calls = {
    log: `GET /webhooks/${webhook.id}/deliveries?errors_only=true`,
    test: `POST /webhooks/${webhook.id}/test`,
    enable: `PATCH /webhooks/${webhook.id} with {"enabled": true}`,
  }
  if (isWarning(notice)) {
    const { percent, failures, since, disableAfterMs } = notice
    return {
      subject: `Webhook ${webhook.id} fails, and will be turned off (${percent}% of the time is over)`,
      text: paragraphs(
        `${named(webhook)} has had nothing but failures since ${iso(since)}: ${failures} attempts, and no success.`,
        `Attempts go on. If none succeeds, it is turned off after ${formatDuration(disableAfterMs)}, at ${endOf(notice)} at the earliest; then nothing is sent to it any more. One success, of a test too, sets the clock back.`,
        `What to do:\n1. See how it fails: ${calls.log}\n2. Have its receiver mended, or correct its URL by PATCH.\n3. Try it: ${calls.test}`,
      ),
    }
  }
  const isGone = notice.kind === 'gone'
  const why = isGone
    ? 'its receiver answered 410 Gone, which says that it is not there any more and wants no more requests.'
    : `it had nothing but failures since ${iso(notice.since)}: ${notice.failures} attempts, and no success.`
  // A replay takes only what was missed or cancelled. What was under way came before: days before, if it was being retried.
  const since = iso(isGone ? notice.at - dayMs : notice.since)
  const replay = (include: string) =>
    `POST /webhooks/${webhook.id}/replay with {"since": "${since}", "include": "${include}"}`
  const failed = isGone ? '' : `\n5. Send what failed until then: ${replay('failed')}`
  return {
    subject: `Webhook ${webhook.id} was turned off: ${isGone ? 'its receiver answered 410 Gone' : 'nothing but failures'}`,
    text: paragraphs(
      `${named(webhook)} was turned off at ${iso(notice.at)}: ${why}`,
      'Nothing is sent to it any more. Events that it should get are recorded as missed; they can be sent later, for as long as events are kept.',
      `What to do:\n1. See how it failed: ${calls.log}\n2. Ask the owner of the receiver. If it should get events again, have it mended, and try it, off as it is: ${calls.test}\n3. Turn it on: ${calls.enable}\n4. Send what it missed: ${replay('missed')}${failed}\nIf nobody needs it any more: DELETE /webhooks/${webhook.id}`,
    ),
  }
}

function named({ id, url, description }: Told): string {
  const { origin } = new URL(url)
  // A mail, a shell, SNS: none of them should meet what an admin's text may hold.
  const shown = description.replace(/\p{C}/gu, ' ').trim()
  return `The webhook ${id} to ${origin}${shown === '' ? '' : ` ("${shown}")`}`
}

function paragraphs(...texts: readonly string[]): string {
  return `${texts.join('\n\n')}\n\nMore: docs/operations.md, "Webhook disabled".`
}

function endOf({ since, disableAfterMs }: { since: number; disableAfterMs: number }): string {
  return iso(since + disableAfterMs)
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
