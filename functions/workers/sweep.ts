import middy from '@middy/core'
import type { Log } from '../middleware/log.ts'
import { type AuditEvents, auditEvents } from '../use-cases/audit-events.ts'
import { type SweepDeliveries, sweepDeliveries } from '../use-cases/sweep-deliveries.ts'

/** The entry that runs every minute: queues the attempts whose time has come, and what was lost on the way. */
export function sweepHandler(deps: SweepDeliveries & AuditEvents, log: Log) {
  return middy<unknown, void>().handler(async () => {
    const queued = await sweepDeliveries(deps)
    if (queued > 0) log.info('swept', { queued })
    const missing = await auditEvents(deps)
    // Most of them merely wait in a long queue, and queueing them again changes nothing.
    if (missing > 0)
      log.info('not attempted ten minutes on: queued again, in case the message was lost', { missing })
  })
}
