import type { TroubledWebhook } from '../../api/resources.ts'
import { troubledWebhooks } from '../../api/troubled-webhooks.ts'
import { useLoad } from '../../api/use-load.ts'
import { Problem, StaleNotice } from '../../parts/problem.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Due, Time } from '../../parts/time.tsx'
import { at } from '../../router.ts'
import { counted } from '../../words/times.ts'

/** Which webhooks fail, are slow or were turned off, with the way to their errors. */
export function TroubledWebhooks() {
  const { data, problem } = useLoad('health/webhooks', troubledWebhooks, { everyMs: 15_000 })
  return (
    <section aria-labelledby="troubled-title">
      <h2 id="troubled-title">Webhooks in trouble</h2>
      {data === undefined ? (
        <Problem problem={problem} title="They cannot be shown." />
      ) : (
        <StaleNotice problem={problem} />
      )}
      {data === undefined && problem === undefined && <Skeleton rows={3} />}
      {data?.webhooks.length === 0 && <p>None: what was sent last got through everywhere.</p>}
      <ul class="cards">
        {data?.webhooks.map((webhook) => (
          <TroubledCard key={webhook.id} webhook={webhook} />
        ))}
      </ul>
      {data?.isAll === false && <p class="quiet">Only the newest 1,000 webhooks were looked at.</p>}
    </section>
  )
}

const badges = { failing: 'badge badge-bad', disabled: 'badge badge-off', slow: 'badge badge-warn' } as const

function TroubledCard({ webhook }: { webhook: TroubledWebhook }) {
  const { id, url, description, state, last_error: last, waiting } = webhook
  const log = `/webhooks/${id}`
  return (
    <li class="card">
      <p>
        <span class={badges[state]}>{wordsOf(webhook)}</span>{' '}
        <span class="quiet">
          {state !== 'disabled' && 'began '}
          <Time at={webhook.since} />
        </span>
      </p>
      <h3 class="breakable">
        <a href={at(log, { errors: 'true' })}>{url}</a>
      </h3>
      {description !== '' && <p>{description}</p>}
      {last !== null && (
        <p>
          <a href={at(log, { errors: 'true', delivery: last.delivery_id })}>{last.message}</a>{' '}
          <span class="quiet">
            (<Time at={last.at} />)
          </span>
        </p>
      )}
      {waiting.deliveries > 0 && (
        <p>
          {counted(waiting.deliveries, 'delivery', 'deliveries')}
          {!waiting.is_all && ' or more'} {waiting.deliveries === 1 && waiting.is_all ? 'waits' : 'wait'} to
          be sent
          {webhook.breaker?.next_probe_at != null && (
            <>
              ; the receiver is probed again <Due at={webhook.breaker.next_probe_at} />
            </>
          )}
        </p>
      )}
    </li>
  )
}

function wordsOf({ state, failed_attempts: failed, disabled_reason: reason }: TroubledWebhook): string {
  if (state === 'slow') return 'Slow receiver: deliveries go at its pace'
  if (state === 'failing')
    return failed === null
      ? 'The receiver does not answer well'
      : `Nothing but failures: ${counted(failed, 'attempt')}`
  return reason === 'gone'
    ? 'Turned off: its receiver answered 410 Gone'
    : 'Turned off: it had nothing but failures'
}
