import type { Webhook } from '../api/resources.ts'
import { OnOff } from '../parts/on-off.tsx'
import { Requests } from '../parts/requests.tsx'
import { Sparkline } from '../parts/sparkline.tsx'
import { WebhookState } from '../parts/webhook-state.tsx'
import { at } from '../router.ts'
import { canChange } from '../session.ts'

const typesShown = 3

/** One webhook in the list. */
export function WebhookRow({
  webhook,
  changed,
  remove,
}: {
  webhook: Webhook
  changed: () => void
  remove: () => void
}) {
  const { id, url, description, event_types: types, enabled } = webhook
  return (
    <li class={enabled ? 'webhook' : 'webhook webhook-off'}>
      <div class="webhook-what">
        <h2>
          <a class="breakable" href={at(`/webhooks/${id}`)}>
            {url}
          </a>
        </h2>
        {description !== '' && <p class="webhook-description">{description}</p>}
        <ul class="chips" aria-label="Event types">
          {types.slice(0, typesShown).map((type) => (
            <li key={type} class="chip">
              {type === '*' ? 'all event types' : type}
            </li>
          ))}
          {types.length > typesShown && (
            <li class="chip chip-more" title={types.slice(typesShown).join(', ')}>
              {types.length - typesShown} more
            </li>
          )}
        </ul>
        <p class="webhook-facts">
          <WebhookState webhook={webhook} />
          <Requests webhook={webhook} />
          {webhook.stats.total > 0 && <Sparkline webhookId={id} />}
        </p>
      </div>
      <div class="webhook-controls">
        <OnOff webhook={webhook} changed={changed} />
        {canChange.value && (
          <>
            <a class="button button-small" href={at(`/webhooks/${id}/edit`)} aria-label={`Edit ${url}`}>
              Edit
            </a>
            <button
              type="button"
              class="button button-small button-quiet"
              onClick={remove}
              aria-label={`Delete ${url}`}
            >
              Delete
            </button>
          </>
        )}
      </div>
    </li>
  )
}
