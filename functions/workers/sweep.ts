import middy from '@middy/core'
import type { Log } from '../middleware/log.ts'
import { type AdvanceReplays, advanceReplays } from '../use-cases/advance-replays.ts'
import { type AuditEvents, auditEvents } from '../use-cases/audit-events.ts'
import { type SweepDeliveries, sweepDeliveries } from '../use-cases/sweep-deliveries.ts'

// The function runs every minute, has two for all that it does, and a page takes seconds.
const replaysMs = 50_000
// More than the time until the next run, which may come a little late.
const replaysAheadMs = 75_000

/**
 * The entry that runs every minute: queues the attempts whose time has come, and what was lost on the way.
 * @param replays where nothing else works on them.
 */
export function sweepHandler(deps: SweepDeliveries & AuditEvents, log: Log, replays?: AdvanceReplays) {
  return middy<unknown, void>().handler(async () => {
    const startedAt = deps.now()
    const queued = await sweepDeliveries(deps)
    if (queued > 0) log.info('swept', { queued })
    const missing = await auditEvents(deps)
    // Most of them merely wait in a long queue, and queueing them again changes nothing.
    if (missing > 0)
      log.info('not attempted ten minutes on: queued again, in case the message was lost', { missing })
    if (replays !== undefined)
      await advanceReplays(replays, { aheadMs: replaysAheadMs, endsAt: startedAt + replaysMs })
  })
}
