import middy from '@middy/core'
import type { Notice } from '../domain/notice.ts'
import type { NoticeWords } from '../domain/notice-words.ts'
import type { Log, LogFields } from '../middleware/log.ts'
import { type AdvanceReplays, advanceReplays } from '../use-cases/advance-replays.ts'
import { type AuditEvents, auditEvents } from '../use-cases/audit-events.ts'
import { type SweepDeliveries, sweepDeliveries } from '../use-cases/sweep-deliveries.ts'
import { type TellNotices, tellNotices } from '../use-cases/tell-notices.ts'
import { type WatchFailures, watchFailures } from '../use-cases/watch-failures.ts'

// The function runs every minute, has two for all that it does, and a page takes seconds.
const replaysMs = 50_000
// More than the time until the next run, which may come a little late.
const replaysAheadMs = 75_000

type Sweep = SweepDeliveries &
  AuditEvents &
  WatchFailures &
  Omit<TellNotices, 'tellOperator'> & {
    /** Reaches whoever is on duty; where there is no such way, the log has to do. */
    readonly page?: (words: NoticeWords) => Promise<void>
  }

/**
 * The entry that runs every minute: queues the attempts whose time has come, and what was lost on the way; turns off
 * webhooks that have nothing but failures, and tells of what was turned off or will be.
 * @param replays where nothing else works on them.
 */
export function sweepHandler(deps: Sweep, log: Log, replays?: AdvanceReplays) {
  const tellOperator = async (notice: Notice, words: NoticeWords) => {
    await deps.page?.(words)
    log.error(words.subject, fieldsOf(notice))
  }
  return middy<unknown, void>().handler(async () => {
    const startedAt = deps.now()
    const queued = await sweepDeliveries(deps)
    if (queued > 0) log.info('swept', { queued })
    const missing = await auditEvents(deps)
    // Most of them merely wait in a long queue, and queueing them again changes nothing.
    if (missing > 0)
      log.info('not attempted ten minutes on: queued again, in case the message was lost', { missing })
    await watchFailures(deps)
    if (replays !== undefined)
      await advanceReplays(replays, { aheadMs: replaysAheadMs, endsAt: startedAt + replaysMs })
    // Last: a topic that does not answer must hold up nothing else.
    await tellNotices({ ...deps, tellOperator })
  })
}

function fieldsOf(notice: Notice): LogFields {
  const { webhookId: webhook, kind: reason, at } = notice
  const decided = { webhook, reason, decidedAt: new Date(at).toISOString() }
  if (notice.kind === 'gone') return decided
  const { since, percent, failures } = notice
  return { ...decided, failingSince: new Date(since).toISOString(), percent, failures }
}
