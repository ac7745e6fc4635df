import { call } from '../api/client.ts'
import type { Webhook } from '../api/resources.ts'
import { counted } from '../words/times.ts'
import { Confirm } from './confirm.tsx'

/** Asks before a webhook is deleted, and says what goes with it. */
export function DeleteWebhook({
  webhook,
  close,
  gone,
}: {
  webhook: Webhook
  close: () => void
  gone: () => void
}) {
  return (
    <Confirm
      title="Delete this webhook?"
      action="Delete webhook"
      close={close}
      act={async () => {
        await call('DELETE', `webhooks/${webhook.id}`)
        gone()
      }}
    >
      <p class="breakable">
        <strong>{webhook.url}</strong>
      </p>
      <p>
        With it go its secret and its log of {counted(webhook.stats.total, 'request')}. What is still being
        retried ends. Events stay, and other webhooks get them as before. This cannot be undone; to stop it
        for a while, turn it off.
      </p>
    </Confirm>
  )
}
