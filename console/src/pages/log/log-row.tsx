import type { Delivery } from '../../api/resources.ts'
import { DeliveryStatus, lastAnswer } from '../../parts/delivery-status.tsx'
import { Due, Time } from '../../parts/time.tsx'
import { counted, durationOf } from '../../words/times.ts'

/** One delivery of a log; all of it is the link that opens it. */
export function LogRow({ delivery, href, isOpen }: { delivery: Delivery; href: string; isOpen: boolean }) {
  const { event_type: type, trigger, attempt_count: attempts, errored, next_attempt_at: next } = delivery
  const { last_duration_ms: lastMs } = delivery
  return (
    <a class="log-row" href={href} aria-current={isOpen ? 'true' : undefined} data-delivery={delivery.id}>
      <span class="log-status">
        <DeliveryStatus delivery={delivery} />
        {errored && (
          <>
            {' '}
            <span class="errors" title="An attempt failed" aria-hidden="true">
              ⚠
            </span>
            <span class="hidden">with errors</span>
          </>
        )}
      </span>
      <span class="log-type">{type}</span>
      <span class="log-answer quiet">
        {lastAnswer(delivery)}, {counted(attempts, 'attempt')}
        {trigger !== 'event' && `, ${trigger}`}
        {next !== null && (
          <>
            , next <Due at={next} />
          </>
        )}
      </span>
      <span class="log-took quiet" title="How long the last attempt took">
        {lastMs !== null && durationOf(lastMs)}
      </span>
      <span class="log-time">
        <Time at={delivery.created_at} />
      </span>
    </a>
  )
}
