import { useState } from 'preact/hooks'
import type { Webhook } from '../../api/resources.ts'
import { announce } from '../../parts/announce.tsx'
import { DeleteWebhook } from '../../parts/delete-webhook.tsx'
import { MissedOffer } from '../../parts/missed-offer.tsx'
import { OnOff } from '../../parts/on-off.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Requests } from '../../parts/requests.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { WebhookState } from '../../parts/webhook-state.tsx'
import { at, go } from '../../router.ts'
import { canChange } from '../../session.ts'

/** Which webhook it is, how it does, and what can be done with it. */
export function WebhookHead({
  id,
  webhook,
  changed,
}: {
  id: string
  webhook: Webhook | undefined
  changed: () => void
}) {
  const [isDoomed, setDoomed] = useState(false)
  return (
    <>
      <PageHead title={webhook?.url ?? id} back={{ href: '#/webhooks', label: 'Webhooks' }}>
        {canChange.value && (
          <>
            <a class="button" href={at(`/webhooks/${id}/edit`)}>
              Edit
            </a>
            <a class="button" href={at(`/webhooks/${id}/test`)}>
              Test
            </a>
            <a class="button" href={at(`/webhooks/${id}/replay`)}>
              Replay
            </a>
            <a class="button" href={at(`/webhooks/${id}/secret`)}>
              Secret
            </a>
            <button
              type="button"
              class="button button-danger"
              disabled={webhook === undefined}
              onClick={() => setDoomed(true)}
            >
              Delete
            </button>
          </>
        )}
      </PageHead>
      <div class="webhook-summary">
        {webhook !== undefined && (
          <>
            {webhook.description !== '' && <p>{webhook.description}</p>}
            <p class="webhook-facts">
              <OnOff webhook={webhook} changed={changed} />
              <WebhookState webhook={webhook} />
              <Requests webhook={webhook} />
              {webhook.stats.total > 0 && <Sparkline webhookId={id} />}
            </p>
            <MissedOffer webhook={webhook} />
          </>
        )}
      </div>
      {isDoomed && webhook !== undefined && (
        <DeleteWebhook
          webhook={webhook}
          close={() => setDoomed(false)}
          gone={() => {
            announce(`The webhook to ${webhook.url} was deleted.`)
            go('#/webhooks')
          }}
        />
      )}
    </>
  )
}
