import type { Webhook } from '../api/resources.ts'
import { Time } from './time.tsx'

/** What is out of the ordinary with a webhook; nothing when all is well. */
export function WebhookState({ webhook }: { webhook: Webhook }) {
  const {
    enabled,
    disabled_reason: reason,
    disabled_at: since,
    breaker,
    failing_since: failingSince,
  } = webhook
  if (!enabled)
    return (
      <span class="badge badge-off">
        {reason === 'gone' && 'Turned off: its receiver answered 410 Gone'}
        {reason === 'failing' && 'Turned off: it had nothing but failures'}
        {reason === null && 'Off'}
        {since !== null && (
          <>
            {' '}
            (<Time at={since} />)
          </>
        )}
      </span>
    )
  return (
    <>
      {failingSince !== null && (
        <span class="badge badge-bad">
          Nothing but failures (began <Time at={failingSince} />
          ): it will be turned off
        </span>
      )}
      {breaker?.state === 'open' && (
        <span class="badge badge-warn">
          Receiver does not answer well: deliveries wait (since <Time at={breaker.since} />)
        </span>
      )}
      {breaker?.state === 'slow' && (
        <span class="badge badge-warn">Slow receiver: deliveries go at its pace</span>
      )}
    </>
  )
}
