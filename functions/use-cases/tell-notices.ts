import { Conflict } from '../domain/errors.ts'
import { cameTrue, type Notice, noticeId } from '../domain/notice.ts'
import { type NoticeWords, noticeEvent, noticeWords } from '../domain/notice-words.ts'
import type { Webhook } from '../domain/webhook.ts'
import { type AcceptEvents, acceptEvents } from './accept-events.ts'

/** What is to be told of webhooks, until it has been. */
export interface Notices {
  /** Adding it again changes nothing but its time. */
  add(notice: Notice): Promise<void>
  list(limit: number): Promise<readonly Notice[]>
  remove(notice: Notice): Promise<void>
}

export interface TellNotices extends AcceptEvents {
  readonly notices: Notices
  readonly webhooks: { get(webhookId: string): Promise<Webhook | undefined> }
  /** Tells whoever operates the service. Called again for the same notice if the process dies before it is removed. */
  readonly tellOperator: (notice: Notice, words: NoticeWords) => Promise<void>
}

const mostAtOnce = 100
/** Whoever wrote a notice has long changed the webhook by then, or never will. */
const settledAfterMs = 5 * 60_000
/** Of the key that keeps the event from being there twice; a notice is removed much sooner. */
const keyWindowMs = 7 * 24 * 3_600_000

/**
 * Tells each notice, as an event and to the operator, and removes it. What did not come true is dropped.
 * Rejects when any could not be told; it stays, and the others are told all the same.
 */
export async function tellNotices(deps: TellNotices): Promise<void> {
  const failures: unknown[] = []
  for (const notice of await deps.notices.list(mostAtOnce)) {
    try {
      await tell(deps, notice)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

async function tell(deps: TellNotices, notice: Notice): Promise<void> {
  const webhook = await deps.webhooks.get(notice.webhookId)
  if (webhook !== undefined && cameTrue(notice, webhook)) {
    await publish(deps, notice, webhook)
    await deps.tellOperator(notice, noticeWords(notice, webhook))
  } else if (webhook !== undefined && deps.now() - notice.at < settledAfterMs) return
  await deps.notices.remove(notice)
}

async function publish(deps: TellNotices, notice: Notice, webhook: Webhook): Promise<void> {
  const event = noticeEvent(notice, webhook)
  const idempotency = { key: noticeId(notice), windowMs: keyWindowMs }
  try {
    await acceptEvents(deps, { kind: 'service', id: webhook.id }, [{ ...event, idempotency }])
  } catch (error) {
    // It is there, and tells of the webhook as it was then.
    if (!(error instanceof Conflict)) throw error
  }
}
