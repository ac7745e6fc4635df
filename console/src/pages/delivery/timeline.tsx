import type { DeliveryWithAttempts } from '../../api/resources.ts'
import { Due, Time } from '../../parts/time.tsx'
import { durationOf } from '../../words/times.ts'

/** The attempts, oldest first, and the next one's time; one of them is chosen. */
export function Timeline({
  delivery: { attempts, next_attempt_at: next },
  chosen,
  choose,
}: {
  delivery: DeliveryWithAttempts
  chosen: number | undefined
  choose: (attempt: number) => void
}) {
  return (
    <ol class="timeline" aria-label="Attempts">
      {attempts.map(({ number, sent_at, duration_ms, response, error }) => (
        <li key={number} class={error === null ? 'attempt-good' : 'attempt-bad'}>
          <button type="button" aria-pressed={number === chosen} onClick={() => choose(number)}>
            <strong>Attempt {number}</strong>
            <span>{response === null ? 'no answer' : response.status}</span>
            <span class="quiet">
              <Time at={sent_at} />, took {durationOf(duration_ms)}
            </span>
          </button>
        </li>
      ))}
      {next !== null && (
        <li class="attempt-next">
          <span>
            Attempt {attempts.length + 1} <Due at={next} />
          </span>
        </li>
      )}
    </ol>
  )
}
