import { useState } from 'preact/hooks'
import { useEventTypes } from '../api/event-types.ts'
import type { Webhook } from '../api/resources.ts'
import { useLoad } from '../api/use-load.ts'
import { listWebhooks, type Shown, searchWebhooks } from '../api/webhook-lists.ts'
import { announce } from '../parts/announce.tsx'
import { DeleteWebhook } from '../parts/delete-webhook.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Problem, StaleNotice } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { at, place, replacePlace } from '../router.ts'
import { canChange, whyNot } from '../session.ts'
import { WebhookRow } from './webhook-row.tsx'

const refreshMs = 5_000
const slowRefreshMs = 30_000

/** All webhooks: find one, see how it does, turn it on and off, go to its log. */
export function WebhookList() {
  const { query } = place.value
  const wanted = {
    search: query.get('search') ?? '',
    type: query.get('type') ?? '',
    state: query.get('state') ?? '',
    pages: query.get('pages')?.split(',') ?? [],
    thousands: Math.min(100, Math.max(1, Math.trunc(Number(query.get('thousands'))) || 1)),
  }
  const { search, type, state, pages, thousands } = wanted
  const isSearch = search.trim() !== ''
  const [isLarge, setLarge] = useState(false)
  const { data, problem, reload } = useLoad<Shown>(
    JSON.stringify(wanted),
    async (signal) => {
      const shown = isSearch ? await searchWebhooks(wanted, signal) : await listWebhooks(wanted, signal)
      setLarge(isSearch && shown.searched > 100)
      return shown
    },
    { everyMs: isLarge ? slowRefreshMs : refreshMs, keep: true },
  )
  const { data: types } = useEventTypes()
  const [doomed, setDoomed] = useState<Webhook>()
  const show = (change: Partial<Record<'search' | 'type' | 'state' | 'pages' | 'thousands', string>>) =>
    at('/webhooks', { search, type, state, thousands: thousands > 1 ? String(thousands) : '', ...change })
  const isFiltered = isSearch || type !== '' || state !== ''
  return (
    <>
      <PageHead title="Webhooks">
        {canChange.value && (
          <a class="button button-main" href="#/webhooks/new">
            Create webhook
          </a>
        )}
      </PageHead>
      <p class="lead">Each webhook gets the events of its types: signed, retried for days, and logged.</p>
      <search class="filters">
        <div class="field field-wide">
          <label for="search">Search</label>
          <input
            id="search"
            type="search"
            placeholder="URL, description or id"
            value={search}
            onInput={(typed) => replacePlace(show({ search: typed.currentTarget.value, thousands: '' }))}
          />
        </div>
        <div class="field">
          <label for="type">Event type</label>
          <select
            id="type"
            value={type}
            onChange={(chosen) => replacePlace(show({ type: chosen.currentTarget.value }))}
          >
            <option value="">All</option>
            {types?.map(({ key }) => (
              <option key={key} value={key}>
                {key}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="state">State</label>
          <select
            id="state"
            value={state}
            onChange={(chosen) => replacePlace(show({ state: chosen.currentTarget.value }))}
          >
            <option value="">All</option>
            <option value="on">On</option>
            <option value="off">Off</option>
          </select>
        </div>
      </search>
      {data === undefined ? (
        <Problem problem={problem} title="The webhooks cannot be shown." />
      ) : (
        <StaleNotice problem={problem} />
      )}
      {data === undefined && problem === undefined && <Skeleton rows={4} tall />}
      {data !== undefined && data.webhooks.length === 0 && <Nothing isFiltered={isFiltered} />}
      {data !== undefined && data.webhooks.length > 0 && (
        <ul class="webhooks">
          {data.webhooks.map((webhook) => (
            <WebhookRow
              key={webhook.id}
              webhook={webhook}
              changed={reload}
              remove={() => setDoomed(webhook)}
            />
          ))}
        </ul>
      )}
      {data?.hasMore === true && (
        <p class="quiet">
          Only the newest {data.searched.toLocaleString('en')} webhooks were searched.{' '}
          <a href={show({ thousands: String(thousands + 1) })}>Search 1,000 more</a>
        </p>
      )}
      {data !== undefined && (pages.length > 0 || data.next !== null) && (
        <nav class="pager" aria-label="Pages">
          {pages.length > 0 ? (
            <a class="button" href={show({ pages: pages.slice(0, -1).join(',') })}>
              Previous
            </a>
          ) : (
            <span />
          )}
          <span class="quiet">Page {pages.length + 1}</span>
          {data.next === null ? (
            <span />
          ) : (
            <a class="button" href={show({ pages: [...pages, data.next].join(',') })}>
              Next
            </a>
          )}
        </nav>
      )}
      {doomed !== undefined && (
        <DeleteWebhook
          webhook={doomed}
          close={() => setDoomed(undefined)}
          gone={() => {
            announce(`The webhook to ${doomed.url} was deleted.`)
            reload()
          }}
        />
      )}
    </>
  )
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return (
      <div class="empty">
        <h2>No webhook fits</h2>
        <p>
          <a href="#/webhooks">Show all webhooks</a>
        </p>
      </div>
    )
  return (
    <div class="empty">
      <h2>There are no webhooks yet</h2>
      <p>
        A webhook is a URL that gets an HTTP request for each event of the types it names: a batch change was
        applied, a changeset was published or closed.
      </p>
      {canChange.value ? (
        <a class="button button-main" href="#/webhooks/new">
          Create the first webhook
        </a>
      ) : (
        <p class="quiet">{whyNot}</p>
      )}
    </div>
  )
}
