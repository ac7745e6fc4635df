import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ApiProblem } from '../../api/problem.ts'
import { Problem } from '../../parts/problem.tsx'
import type { Draft } from '../../webhook-draft.ts'
import { AuthFields } from './auth-fields.tsx'
import { DeliveryFields } from './delivery-fields.tsx'
import { EventTypeFields } from './event-type-fields.tsx'
import { HeaderFields } from './header-fields.tsx'
import { ReceiverFields } from './receiver-fields.tsx'
import { ScopeFields } from './scope-fields.tsx'

/** The form for a webhook, new or not. */
export function WebhookForm({
  draft,
  change,
  problem,
  save,
  action,
  cancel,
  isBusy,
  children,
}: {
  draft: Draft
  change: (change: Partial<Draft>) => void
  problem: ApiProblem | undefined
  save: () => void
  action: string
  cancel: string
  isBusy: boolean
  /** What stands between the receiver and the event types. */
  children?: ComponentChildren
}) {
  const part = { draft, change, problem }
  // As it was at first: what is folded away must not fold while one types in it.
  const [{ scheduled, headed, scoped }] = useState(() => whatIsSet(draft))
  return (
    <form
      class="form"
      noValidate
      onSubmit={(submitted) => {
        submitted.preventDefault()
        save()
      }}
    >
      <ReceiverFields {...part} />
      {children}
      <EventTypeFields {...part} />
      <p class="notice notice-warn">
        <strong>Payloads may hold sensitive information</strong> about your repositories and code. Send them
        only to services that you trust, and have the receiver verify the signature.
      </p>
      <label class="check field">
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={(ticked) => change({ enabled: ticked.currentTarget.checked })}
        />
        <span>
          On <span class="quiet">While it is off nothing is sent; what it misses can be replayed.</span>
        </span>
      </label>
      <details class="fold" open={scoped || problem?.of('scope') !== undefined}>
        <summary>Only some namespaces, batch changes or repositories</summary>
        <ScopeFields {...part} />
      </details>
      <details
        class="fold"
        open={headed || problem?.of('headers') !== undefined || problem?.of('auth') !== undefined}
      >
        <summary>Headers and authorization</summary>
        <AuthFields {...part} />
        <HeaderFields {...part} />
      </details>
      <details
        class="fold"
        open={
          scheduled ||
          ['retry_schedule', 'rate_limit', 'retention'].some((field) => problem?.of(field) !== undefined)
        }
      >
        <summary>Retries, rate limit and retention</summary>
        <DeliveryFields {...part} />
      </details>
      <Problem problem={problem} title="Not saved." />
      <div class="actions">
        <button type="submit" class="button button-main" disabled={isBusy}>
          {action}
        </button>
        <a class="button" href={cancel}>
          Cancel
        </a>
      </div>
    </form>
  )
}

function whatIsSet({
  schedule,
  rateLimit,
  retention,
  headers,
  auth,
  namespaces,
  batchChanges,
  repositories,
}: Draft) {
  return {
    scheduled: schedule + rateLimit + retention !== '',
    headed: headers.length > 0 || auth.type !== 'none',
    scoped: namespaces + batchChanges + repositories !== '',
  }
}
