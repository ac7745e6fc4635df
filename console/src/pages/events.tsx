import { useEventTypes } from '../api/event-types.ts'
import type { Event } from '../api/resources.ts'
import { usePages } from '../api/use-pages.ts'
import { ListEnd } from '../parts/list-end.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Problem, StaleNotice } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Time } from '../parts/time.tsx'
import { at, go, place, replacePlace } from '../router.ts'
import { counted } from '../words/times.ts'

/** The newest events; find one by its id, its type, or the batch change that it is about. */
export function Events() {
  const { query } = place.value
  const type = query.get('type') ?? ''
  const batchChange = query.get('batch_change') ?? ''
  // A filter has the service look at thousands of events to find a few.
  const everyMs = type + batchChange === '' ? 5_000 : 30_000
  const events = usePages<Event>('events', { query: { type, batch_change: batchChange }, everyMs })
  const { data: types = [] } = useEventTypes()
  const keys = types.map(({ key }) => key)
  return (
    <>
      <PageHead title="Events" />
      <p class="lead">What was accepted, and whom it went to.</p>
      <search class="filters">
        <form
          class="field field-wide"
          onSubmit={(submitted) => {
            submitted.preventDefault()
            const id = String(new FormData(submitted.currentTarget).get('id')).trim()
            if (id.startsWith('evt_')) go(at(`/events/${encodeURIComponent(id)}`))
            else replacePlace(at('/events', { type, batch_change: id }))
          }}
        >
          <label for="event-id">Find by id, an event's or a batch change's</label>
          <div class="beside">
            <input
              key={batchChange}
              id="event-id"
              name="id"
              class="mono"
              placeholder="evt_… or QmF0Y2hD…"
              defaultValue={batchChange}
              maxLength={200}
              spellcheck={false}
            />
            <button type="submit" class="button">
              Find
            </button>
          </div>
        </form>
        <div class="field">
          <label for="event-type">Event type</label>
          <select
            id="event-type"
            value={type}
            onChange={(chosen) =>
              replacePlace(at('/events', { type: chosen.currentTarget.value, batch_change: batchChange }))
            }
          >
            <option value="">All</option>
            {keys.map((key) => (
              <option key={key} value={key}>
                {key}
              </option>
            ))}
          </select>
        </div>
      </search>
      {events.items === undefined ? (
        <Problem problem={events.problem} title="The events cannot be shown." />
      ) : (
        <StaleNotice problem={events.problem} />
      )}
      {events.items === undefined && events.problem === undefined && <Skeleton rows={8} />}
      {events.items?.length === 0 && (
        <NoEvents isFiltered={type !== '' || batchChange !== ''} more={events.hasMore} />
      )}
      <ul class="lines">
        {events.items?.map((event) => (
          <li key={event.id}>
            <a class="line" href={at(`/events/${event.id}`)}>
              <span class="mono">{event.type}</span>
              <span class="quiet">
                {event.fanned_out_at === null
                  ? 'being handed out'
                  : `to ${counted(event.webhook_ids.length, 'webhook')}`}
                {event.missed_by.length > 0 && `, missed by ${event.missed_by.length}`}
                {event.erased_at !== null && ', erased'}
              </span>
              <Time at={event.accepted_at} />
            </a>
          </li>
        ))}
      </ul>
      <ListEnd pages={events} />
    </>
  )
}

function NoEvents({ isFiltered, more }: { isFiltered: boolean; more: boolean }) {
  if (!isFiltered)
    return (
      <div class="empty">
        <h2>No event was accepted yet</h2>
        <p>
          Connect a Sourcegraph instance under <a href="#/sources">Sources</a>, or post events with a token of
          the scope <code>publish</code>.
        </p>
      </div>
    )
  return (
    <div class="empty">
      <h2>{more ? 'Nothing found among the newest events' : 'No event fits'}</h2>
      <p>
        {more && 'There are older ones that were not looked at. '}
        <a href="#/events">Show all events</a>
      </p>
    </div>
  )
}
