import { call } from '../../api/client.ts'
import type { Replay } from '../../api/resources.ts'
import { useAction } from '../../api/use-action.ts'
import { Problem } from '../../parts/problem.tsx'
import { Time } from '../../parts/time.tsx'
import { canChange } from '../../session.ts'
import { counted, fullTime } from '../../words/times.ts'

/** How far a replay has come. */
export function ReplayCard({ replay, changed }: { replay: Replay; changed: () => void }) {
  const {
    id,
    status,
    include,
    since,
    until,
    dry_run: isDry,
    matched,
    queued,
    examined,
    progress,
    reason,
  } = replay
  const { isBusy, problem, run } = useAction()
  const cancel = () =>
    run(async () => {
      await call('POST', `replays/${id}/cancel`)
      changed()
    })
  return (
    <li class="card">
      <p>
        <span
          class={
            status === 'cancelled'
              ? 'badge badge-off'
              : status === 'running'
                ? 'badge badge-warn'
                : 'badge badge-good'
          }
        >
          {status}
        </span>{' '}
        {isDry ? 'Count of ' : ''}
        {include}, {fullTime(Date.parse(since))} to {fullTime(Date.parse(until))}
      </p>
      {status === 'running' && (
        <progress max={1} value={progress} aria-label="Looked through">
          {Math.round(progress * 100)} %
        </progress>
      )}
      <p class="quiet">
        {counted(examined, 'event')} looked at, {matched} to send{!isDry && `, ${queued} queued`}. Begun{' '}
        <Time at={replay.created_at} />.{reason !== null && ` ${reason}`}
      </p>
      <Problem problem={problem} />
      {status === 'running' && canChange.value && (
        <button type="button" class="button button-small" disabled={isBusy} onClick={cancel}>
          Cancel
        </button>
      )}
    </li>
  )
}
