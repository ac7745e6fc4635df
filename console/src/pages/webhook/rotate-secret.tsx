import { useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import type { WebhookWithSecret } from '../../api/resources.ts'
import { useAction } from '../../api/use-action.ts'
import { announce } from '../../parts/announce.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Recipes } from '../../parts/recipes.tsx'
import { SecretOnce } from '../../parts/secret-once.tsx'
import { Time } from '../../parts/time.tsx'
import type { PageProps } from '../../routes.tsx'
import { canChange } from '../../session.ts'
import { useUnsaved } from '../../unsaved.ts'
import { newSecret } from '../../words/new-secret.ts'
import { SecretField } from '../form/secret-field.tsx'
import { WebhookPage } from './webhook-page.tsx'

const overlaps = [
  { value: '24h', label: 'one day' },
  { value: '1h', label: 'one hour' },
  { value: '7d', label: 'seven days, the longest' },
  { value: '0s', label: 'not at all: the old one leaked' },
]

/** Changes the signing secret, with a time in which both sign. */
export function RotateSecret({ values: { id = '' } }: PageProps) {
  const [made] = useState(newSecret)
  const [secret, setSecret] = useState(made)
  const [overlap, setOverlap] = useState('24h')
  const [rotated, setRotated] = useState<WebhookWithSecret>()
  const { isBusy, problem, run } = useAction()
  useUnsaved(secret !== made && rotated === undefined)
  const rotate = () =>
    run(async () => {
      const { body } = await call<WebhookWithSecret>('POST', `webhooks/${id}/rotate-secret`, {
        body: { secret, overlap },
      })
      setRotated(body)
      announce('The secret was changed.')
    })
  return (
    <WebhookPage id={id} title="Change the secret">
      {(webhook) => (
        <>
          {webhook.previous_secret_expires_at !== null && (
            <p class="notice notice-warn">
              Two secrets sign now: the one before ends <Time at={webhook.previous_secret_expires_at} />.
              Changing the secret again ends it at once.
            </p>
          )}
          {rotated !== undefined ? (
            <>
              <SecretOnce secret={rotated.secret} what="new signing secret" />
              <p>
                Enter it in the receiver. A receiver that checks webhook-signature may be changed at any time
                of the overlap.
              </p>
              <Recipes />
            </>
          ) : (
            <form
              class="form"
              onSubmit={(submitted) => {
                submitted.preventDefault()
                rotate()
              }}
            >
              <SecretField secret={secret} change={setSecret} problem={problem} />
              <Field
                id="overlap"
                label="The old secret goes on signing"
                hint="Meanwhile webhook-signature holds a value of each; X-Sourcegraph-Webhook-Signature has room for one, and the old secret signs it until it ends."
                wrong={problem?.of('overlap')}
              >
                {(props) => (
                  <select
                    {...props}
                    value={overlap}
                    onChange={(chosen) => setOverlap(chosen.currentTarget.value)}
                  >
                    {overlaps.map(({ value, label }) => (
                      <option key={value} value={value}>
                        {label}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
              <Problem problem={problem} title="Not changed." />
              <button type="submit" class="button button-main" disabled={isBusy || !canChange.value}>
                Change the secret
              </button>
            </form>
          )}
        </>
      )}
    </WebhookPage>
  )
}
