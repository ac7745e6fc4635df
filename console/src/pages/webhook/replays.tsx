import { useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import type { Replay } from '../../api/resources.ts'
import { useAction } from '../../api/use-action.ts'
import { usePages } from '../../api/use-pages.ts'
import { announce } from '../../parts/announce.tsx'
import { Field } from '../../parts/field.tsx'
import { ListEnd } from '../../parts/list-end.tsx'
import { Problem } from '../../parts/problem.tsx'
import { place } from '../../router.ts'
import type { PageProps } from '../../routes.tsx'
import { canChange } from '../../session.ts'
import { counted } from '../../words/times.ts'
import { isoOf } from '../log/log-filters.tsx'
import { ReplayCard } from './replay-card.tsx'
import { WebhookPage } from './webhook-page.tsx'

const kinds = [
  { value: 'failed', label: 'What failed to the end' },
  { value: 'missed', label: 'What it missed while it was off' },
  { value: 'all', label: 'Everything' },
]

/** Sends many events again: first counts them, then shows how far it has come. */
export function Replays({ values: { id = '' } }: PageProps) {
  const { query } = place.value
  const [include, setInclude] = useState(query.get('include') ?? 'failed')
  const [since, setSince] = useState(localTime(query.get('since')))
  const [until, setUntil] = useState(localTime(query.get('until')))
  const [begun, setBegun] = useState<Replay>()
  const { isBusy, problem, run } = useAction()
  const replays = usePages<Replay>(`webhooks/${id}/replays`, { everyMs: 2_000 })
  // A count that takes long goes on in the background: the list has the newest of it.
  const counts = replays.items?.find(({ id: one }) => one === begun?.id) ?? begun
  const changed = (set: (value: string) => void) => (value: string) => {
    set(value)
    setBegun(undefined)
  }
  const start = (isDry: boolean) =>
    run(async () => {
      const wanted = { since: isoOf(since) ?? since, until: isoOf(until) ?? null, include, dry_run: isDry }
      const { body } = await call<Replay>('POST', `webhooks/${id}/replay`, { body: wanted })
      setBegun(isDry ? body : undefined)
      announce(isDry ? 'Counted.' : 'The replay has begun.')
      replays.reload()
    })
  return (
    <WebhookPage id={id} title="Replay">
      {(webhook) => (
        <>
          <form
            class="form"
            onSubmit={(submitted) => {
              submitted.preventDefault()
              start(true)
            }}
          >
            <Field id="include" label="What to send again" wrong={problem?.of('include')}>
              {(props) => (
                <select
                  {...props}
                  value={include}
                  onChange={({ currentTarget }) => changed(setInclude)(currentTarget.value)}
                >
                  {kinds.map(({ value, label }) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <div class="columns">
              <When
                id="since"
                label="Since"
                isRequired
                value={since}
                wrong={problem?.of('since')}
                change={changed(setSince)}
              />
              <When
                id="until"
                label="Until"
                hint="Empty: now."
                value={until}
                wrong={problem?.of('until')}
                change={changed(setUntil)}
              />
            </div>
            <Problem problem={problem} title="Not done." />
            {counts?.status === 'finished' && (
              <p class="notice" role="status">
                <strong>{counted(counts.matched, 'event')} would be sent</strong>, of{' '}
                {counts.examined.toLocaleString('en')} looked at
                {counts.skipped > 0 && `; ${counts.skipped} more are under way or were erased`}.
              </p>
            )}
            {!webhook.enabled && (
              <p class="notice notice-warn">The webhook is off: it can be counted, and sent once it is on.</p>
            )}
            <div class="actions">
              <button type="submit" class="button button-main" disabled={isBusy || !canChange.value}>
                Count
              </button>
              <button
                type="button"
                class="button"
                disabled={
                  isBusy ||
                  !canChange.value ||
                  !webhook.enabled ||
                  counts?.status !== 'finished' ||
                  counts.matched === 0
                }
                title={counts?.status !== 'finished' ? 'Count first' : undefined}
                onClick={() => start(false)}
              >
                {counts?.matched ? `Send ${counted(counts.matched, 'event')} again` : 'Send again'}
              </button>
            </div>
          </form>
          <h2>Replays</h2>
          {replays.items?.length === 0 && <p class="quiet">None yet.</p>}
          <ul class="cards">
            {replays.items?.map((replay) => (
              <ReplayCard key={replay.id} replay={replay} changed={replays.reload} />
            ))}
          </ul>
          <ListEnd pages={replays} />
        </>
      )}
    </WebhookPage>
  )
}

function When({
  id,
  label,
  hint,
  isRequired = false,
  value,
  wrong,
  change,
}: {
  id: string
  label: string
  hint?: string
  isRequired?: boolean
  value: string
  wrong: string | undefined
  change: (value: string) => void
}) {
  return (
    <Field id={id} label={label} hint={hint} wrong={wrong}>
      {(props) => (
        <input
          {...props}
          type="datetime-local"
          step="1"
          required={isRequired}
          value={value}
          onInput={(typed) => change(typed.currentTarget.value)}
        />
      )}
    </Field>
  )
}

/** A time of the API as an input for local times has it. */
function localTime(iso: string | null): string {
  const timeMs = Date.parse(iso ?? '')
  if (Number.isNaN(timeMs)) return ''
  const offsetMs = new Date(timeMs).getTimezoneOffset() * 60_000
  return new Date(timeMs - offsetMs).toISOString().slice(0, 19)
}
