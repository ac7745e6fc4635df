import { useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { type ApiProblem, asProblem } from '../api/problem.ts'
import type { WebhookWithSecret } from '../api/resources.ts'
import { announce } from '../parts/announce.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Recipes } from '../parts/recipes.tsx'
import { SecretOnce } from '../parts/secret-once.tsx'
import { at } from '../router.ts'
import { canChange, whyNot } from '../session.ts'
import { useUnsaved } from '../unsaved.ts'
import { bodyOf, type Draft, emptyDraft } from '../webhook-draft.ts'
import { newSecret } from '../words/new-secret.ts'
import { focusFirstWrong } from './form/focus-first-wrong.ts'
import { SecretField } from './form/secret-field.tsx'
import { WebhookForm } from './form/webhook-form.tsx'

const back = { href: '#/webhooks', label: 'Webhooks' }

/** Creates a webhook; then shows its secret, once, and how to check the signature. */
export function WebhookCreate() {
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [made] = useState(newSecret)
  const [secret, setSecret] = useState(made)
  const [problem, setProblem] = useState<ApiProblem>()
  const [isBusy, setBusy] = useState(false)
  const [created, setCreated] = useState<WebhookWithSecret>()
  useUnsaved(
    created === undefined && (secret !== made || JSON.stringify(draft) !== JSON.stringify(emptyDraft)),
  )
  const save = async () => {
    setBusy(true)
    try {
      const { body } = await call<WebhookWithSecret>('POST', 'webhooks', { body: bodyOf(draft, secret) })
      setCreated(body)
      announce('The webhook was created.')
      scrollTo(0, 0)
    } catch (error) {
      setProblem(asProblem(error))
      focusFirstWrong()
    }
    setBusy(false)
  }
  if (!canChange.value)
    return (
      <>
        <PageHead title="Create a webhook" back={back} />
        <p class="notice notice-warn">{whyNot}</p>
      </>
    )
  if (created !== undefined)
    return (
      <>
        <PageHead title="The webhook was created" back={back}>
          <a class="button button-main" href={at(`/webhooks/${created.id}`)}>
            To its log
          </a>
        </PageHead>
        <p class="breakable">
          Events go to <strong>{created.url}</strong>
          {created.enabled ? ' from now on.' : ' as soon as you turn it on.'}
        </p>
        <SecretOnce secret={created.secret} what="signing secret" />
        <Recipes />
      </>
    )
  return (
    <>
      <PageHead title="Create a webhook" back={back} />
      <WebhookForm
        draft={draft}
        change={(change) => setDraft((before) => ({ ...before, ...change }))}
        problem={problem}
        save={save}
        action="Create webhook"
        cancel="#/webhooks"
        isBusy={isBusy}
      >
        <SecretField secret={secret} change={setSecret} problem={problem} />
      </WebhookForm>
    </>
  )
}
