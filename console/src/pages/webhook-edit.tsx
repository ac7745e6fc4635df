import { useEffect, useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { type ApiProblem, asProblem } from '../api/problem.ts'
import type { Webhook } from '../api/resources.ts'
import { announce } from '../parts/announce.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { at, go } from '../router.ts'
import type { PageProps } from '../routes.tsx'
import { canChange, whyNot } from '../session.ts'
import { letGo, useUnsaved } from '../unsaved.ts'
import { changesOf, type Draft, draftOf } from '../webhook-draft.ts'
import { type Merged, mergeDraft, takeField } from '../webhook-merge.ts'
import { Clash } from './form/clash.tsx'
import { focusFirstWrong } from './form/focus-first-wrong.ts'
import { WebhookForm } from './form/webhook-form.tsx'

interface Version {
  readonly webhook: Webhook
  readonly etag: string | undefined
}

async function fetchVersion(id: string): Promise<Version> {
  const { body, etag } = await call<Webhook>('GET', `webhooks/${id}`)
  return { webhook: body, etag }
}

/** Changes a webhook. When somebody else changed it meanwhile, it says what, and keeps what was typed. */
export function WebhookEdit({ values: { id = '' } }: PageProps) {
  const [base, setBase] = useState<Version>()
  const [draft, setDraft] = useState<Draft>()
  const [problem, setProblem] = useState<ApiProblem>()
  const [merged, setMerged] = useState<Merged>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    fetchVersion(id).then(
      (version) => {
        setBase(version)
        setDraft(draftOf(version.webhook))
      },
      (error: unknown) => setProblem(asProblem(error)),
    )
  }, [id])

  const isChanged =
    base !== undefined && draft !== undefined && Object.keys(changesOf(base.webhook, draft)).length > 0
  useUnsaved(isChanged && canChange.value)

  const log = at(`/webhooks/${id}`)
  const save = async (version: Version, wanted: Draft) => {
    setBusy(true)
    setProblem(undefined)
    try {
      const body = changesOf(version.webhook, wanted)
      if (Object.keys(body).length > 0) await call('PATCH', `webhooks/${id}`, { body, ifMatch: version.etag })
      announce('Saved.')
      letGo()
      go(log)
    } catch (error) {
      await refused(asProblem(error), version, wanted)
    }
    setBusy(false)
  }
  const refused = async (refusal: ApiProblem, version: Version, wanted: Draft) => {
    if (refusal.status !== 412) {
      setProblem(refusal)
      focusFirstWrong()
      return
    }
    try {
      const theirs = await fetchVersion(id)
      const mix = mergeDraft(version.webhook, theirs.webhook, wanted)
      setBase(theirs)
      setDraft(mix.draft)
      setMerged(mix)
      requestAnimationFrame(() => document.getElementById('clash')?.focus())
    } catch (error) {
      setProblem(asProblem(error))
    }
  }

  const back = { href: log, label: 'Log' }
  if (base === undefined || draft === undefined)
    return (
      <>
        <PageHead title="Edit webhook" back={back} />
        {problem === undefined ? (
          <Skeleton rows={6} />
        ) : (
          <Problem problem={problem} title="The webhook cannot be shown." />
        )}
      </>
    )
  return (
    <>
      <PageHead title="Edit webhook" back={back} />
      {!canChange.value && <p class="notice notice-warn">{whyNot}</p>}
      {merged !== undefined && (
        <Clash
          merged={merged}
          theirs={base.webhook}
          draft={draft}
          take={(field) => {
            setDraft(takeField(draft, base.webhook, field))
            setMerged({ ...merged, clashes: merged.clashes.filter((clash) => clash !== field) })
          }}
        />
      )}
      <WebhookForm
        draft={draft}
        change={(change) => setDraft((before) => before && { ...before, ...change })}
        problem={problem}
        save={() => save(base, draft)}
        action="Save"
        cancel={log}
        isBusy={isBusy || !canChange.value}
      >
        <p class="field">
          <span class="label">Secret</span>
          It is not shown again. <a href={at(`/webhooks/${id}/secret`)}>Change the secret</a>
        </p>
      </WebhookForm>
    </>
  )
}
