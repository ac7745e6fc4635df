import middy from '@middy/core'
import type { Log } from '../middleware/log.ts'
import { type SweepDeliveries, sweepDeliveries } from '../use-cases/sweep-deliveries.ts'

/** The entry that runs every minute: queues the attempts whose time has come. */
export function sweepHandler(deps: SweepDeliveries, log: Log) {
  return middy<unknown, void>().handler(async () => {
    const queued = await sweepDeliveries(deps)
    if (queued > 0) log.info('swept', { queued })
  })
}
