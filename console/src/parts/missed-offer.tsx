import type { Webhook } from '../api/resources.ts'
import { at } from '../router.ts'
import { Time } from './time.tsx'

const offeredForMs = 7 * 86_400_000

/** After a webhook was turned on again: the way to what it missed. */
export function MissedOffer({ webhook: { id, enabled, last_off: off } }: { webhook: Webhook }) {
  if (!enabled || off === null || off.until === null) return null
  if (Date.now() - Date.parse(off.until) > offeredForMs) return null
  return (
    <p class="notice">
      It was off until <Time at={off.until} />.{' '}
      <a href={at(`/webhooks/${id}/replay`, { include: 'missed', since: off.since, until: off.until })}>
        Replay what it missed
      </a>
    </p>
  )
}
