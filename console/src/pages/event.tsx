import { useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import type { EventWithDeliveries } from '../api/resources.ts'
import { useLoad } from '../api/use-load.ts'
import { announce } from '../parts/announce.tsx'
import { BodyText } from '../parts/body-text.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { DeliveryStatus, lastAnswer } from '../parts/delivery-status.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Problem, StaleNotice } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Time } from '../parts/time.tsx'
import { at } from '../router.ts'
import type { PageProps } from '../routes.tsx'
import { canChange } from '../session.ts'
import { counted } from '../words/times.ts'

/** One event: its payload, and every delivery of it. */
export function EventPage({ values: { id = '' } }: PageProps) {
  const { data, problem, reload } = useLoad(
    id,
    async (signal) =>
      (await call<EventWithDeliveries>('GET', `events/${encodeURIComponent(id)}`, { signal })).body,
    { everyMs: 5_000 },
  )
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <PageHead title={data?.type ?? 'Event'} back={{ href: '#/events', label: 'Events' }}>
        {canChange.value && data?.erased_at === null && (
          <button type="button" class="button button-danger" onClick={() => setAsking(true)}>
            Erase the payload
          </button>
        )}
      </PageHead>
      {data === undefined ? (
        <Problem problem={problem} title="The event cannot be shown." />
      ) : (
        <StaleNotice problem={problem} />
      )}
      {data === undefined && problem === undefined && <Skeleton rows={6} />}
      {data !== undefined && (
        <>
          <p class="quiet">
            <code class="breakable">{data.id}</code> · accepted <Time at={data.accepted_at} /> from{' '}
            {data.origin.kind} <code>{data.origin.id}</code> · {counted(data.payload_bytes, 'byte')}
          </p>
          {data.batch_change_ids.length > 0 && (
            <p>
              About the batch change{data.batch_change_ids.length > 1 && 's'}{' '}
              {data.batch_change_ids.map((batchChange) => (
                <a
                  key={batchChange}
                  class="mono breakable"
                  href={at('/events', { batch_change: batchChange })}
                >
                  {batchChange}{' '}
                </a>
              ))}
            </p>
          )}
          <h2>Deliveries</h2>
          {data.deliveries.length === 0 && <p class="quiet">It went to no webhook that is still there.</p>}
          <ul class="lines">
            {data.deliveries.map((delivery) => (
              <li key={delivery.id}>
                <a class="line" href={at(`/webhooks/${delivery.webhook_id}`, { delivery: delivery.id })}>
                  <span>
                    <DeliveryStatus delivery={delivery} /> <span class="mono">{delivery.webhook_id}</span>
                  </span>
                  <span class="quiet">
                    {lastAnswer(delivery)}, {counted(delivery.attempt_count, 'attempt')}
                    {delivery.trigger !== 'event' && `, ${delivery.trigger}`}
                  </span>
                  <Time at={delivery.updated_at} />
                </a>
              </li>
            ))}
          </ul>
          {data.missed_by.length > 0 && (
            <p>
              Missed by:{' '}
              {data.missed_by.map((webhook) => (
                <a key={webhook} class="mono" href={at(`/webhooks/${webhook}`)}>
                  {webhook}{' '}
                </a>
              ))}
            </p>
          )}
          <h2>Payload</h2>
          {data.erased_at === null ? (
            <BodyText
              text={typeof data.payload === 'string' ? data.payload : JSON.stringify(data.payload)}
              what="Payload"
            />
          ) : (
            <p class="notice">
              It was erased <Time at={data.erased_at} />, with all responses to it.
            </p>
          )}
        </>
      )}
      {isAsking && (
        <Confirm
          title="Erase this payload?"
          action="Erase"
          close={() => setAsking(false)}
          act={async () => {
            await call('DELETE', `events/${id}/payload`)
            announce('The payload was erased.')
            reload()
          }}
        >
          <p>
            The payload and all responses to it are gone for good, here and at every delivery of the event.
            What is still being retried ends. What receivers have got, they have. This cannot be undone.
          </p>
        </Confirm>
      )}
    </>
  )
}
