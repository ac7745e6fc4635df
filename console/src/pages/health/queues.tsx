import { call } from '../../api/client.ts'
import type { Page, Queue } from '../../api/resources.ts'
import { useLoad } from '../../api/use-load.ts'
import { Problem, StaleNotice } from '../../parts/problem.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { lengthOfTime } from '../../words/times.ts'

const names: Readonly<Record<Queue['name'], string>> = {
  'fan-out': 'Events whose webhooks are to be found',
  delivery: 'Deliveries to be sent',
}

/** How much waits in the queues of the service, and what its own code could not handle. */
export function Queues() {
  const { data, problem } = useLoad(
    'queues',
    async (signal) => (await call<Page<Queue>>('GET', 'queues', { signal })).body.data,
    { everyMs: 5_000 },
  )
  return (
    <section aria-labelledby="queues-title">
      <h2 id="queues-title">Backlog</h2>
      {data === undefined ? (
        <Problem problem={problem} title="The queues cannot be shown." />
      ) : (
        <StaleNotice problem={problem} />
      )}
      {data === undefined && problem === undefined && <Skeleton rows={2} />}
      <ul class="cards">
        {data?.map(({ name, due, delayed, dead_letters: dead, oldest_due_seconds: oldest }) => (
          <li key={name} class="card">
            <strong>{names[name]}</strong>
            <p>
              {due.toLocaleString('en')} due
              {due > 0 && oldest !== null && `, the oldest for ${lengthOfTime(oldest * 1_000)}`};{' '}
              {delayed.toLocaleString('en')} whose time is to come; {dead.toLocaleString('en')} dead letters
              {dead > 0 && (
                <>
                  {' '}
                  <span class="badge badge-bad">the operator is to look at these</span>
                </>
              )}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
