import { useEffect, useRef, useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import type { Delivery, DeliveryWithAttempts } from '../../api/resources.ts'
import { useLoad } from '../../api/use-load.ts'
import { announce } from '../../parts/announce.tsx'
import { DeliveryStatus } from '../../parts/delivery-status.tsx'
import { Problem, StaleNotice } from '../../parts/problem.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Time } from '../../parts/time.tsx'
import { at } from '../../router.ts'
import { canChange, whyNot } from '../../session.ts'
import { AttemptView } from './attempt-view.tsx'
import { Timeline } from './timeline.tsx'

const refreshMs = 2_000

/** One delivery with all its attempts, kept up to date. */
export function DeliveryView({
  id,
  closeHref,
  redelivered,
}: {
  id: string
  closeHref: string
  /** Gets the delivery that is under way now: this one, or a new one. */
  redelivered: (delivery: Delivery) => void
}) {
  const { data, problem, reload } = useLoad(
    id,
    async (signal) => (await call<DeliveryWithAttempts>('GET', `deliveries/${id}`, { signal })).body,
    { everyMs: refreshMs },
  )
  const [chosen, setChosen] = useState<number>()
  const [isBusy, setBusy] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    setChosen(undefined)
    heading.current?.focus()
  }, [id])

  const redeliver = async () => {
    setBusy(true)
    try {
      const { body } = await call<Delivery>('POST', `deliveries/${id}/redeliver`)
      announce(body.id === id ? 'It is sent again now.' : 'It is sent again now, as a new delivery.')
      redelivered(body)
      reload()
    } catch (error) {
      announce(asProblem(error).message)
    }
    setBusy(false)
  }

  const attempt = data?.attempts.find(({ number }) => number === chosen) ?? data?.attempts.at(-1)
  return (
    <section class="delivery" aria-labelledby="delivery-title">
      <div class="delivery-head">
        <h2 id="delivery-title" ref={heading} tabIndex={-1}>
          {data === undefined ? 'Delivery' : data.event_type}
        </h2>
        <a class="button button-small" href={closeHref}>
          Close
        </a>
      </div>
      {data === undefined ? (
        <Problem problem={problem} title="The delivery cannot be shown." />
      ) : (
        <StaleNotice problem={problem} />
      )}
      {data === undefined && problem === undefined && <Skeleton rows={6} />}
      {data !== undefined && (
        <>
          <p class="delivery-facts">
            <DeliveryStatus delivery={data} />
            <span>
              accepted <Time at={data.created_at} />
            </span>
            {data.trigger !== 'event' && <span>{data.trigger}</span>}
            <a href={at(`/events/${data.event_id}`)}>Its event</a>
          </p>
          {data.last_error !== null && <p class="notice notice-bad">{data.last_error}</p>}
          {data.erased_at !== null && <p class="notice">The payload and all responses were erased.</p>}
          <p>
            <button
              type="button"
              class="button button-small"
              disabled={isBusy || !canChange.value}
              title={canChange.value ? undefined : whyNot}
              onClick={redeliver}
            >
              {data.next_attempt_at === null ? 'Redeliver' : 'Send it now'}
            </button>{' '}
            <code class="quiet breakable">{data.id}</code>
          </p>
          <Timeline delivery={data} chosen={attempt?.number} choose={setChosen} />
          {attempt !== undefined && <AttemptView delivery={data} attempt={attempt} />}
        </>
      )}
    </section>
  )
}
