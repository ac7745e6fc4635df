import type { AdminDeps } from '../../../functions/api/admin-deps.ts'
import type { LoggedDelivery } from './bed.ts'

/** The third ledger for one event: its deliveries, each with as many attempts as the log has of it. */
export async function loggedIn(
  log: Pick<AdminDeps['log'], 'ofEvent' | 'attempts'>,
  eventId: string,
): Promise<readonly LoggedDelivery[]> {
  const deliveries = await log.ofEvent(eventId)
  return Promise.all(
    deliveries.map(async ({ id, webhookId, status, trigger }) => {
      const attempts = (await log.attempts(id)).length
      return { id, webhookId, status, trigger, attempts }
    }),
  )
}
