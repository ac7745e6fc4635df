import { apiRoot, call } from '../api/client.ts'
import type { Page, Queue } from '../api/resources.ts'
import { useLoad } from '../api/use-load.ts'
import { PageHead } from '../parts/page-head.tsx'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { lengthOfTime } from '../words/times.ts'

const queueNames: Readonly<Record<Queue['name'], string>> = {
  'fan-out': 'Events whose webhooks are to be found',
  delivery: 'Deliveries to be sent',
}

/** Whether the service answers, of which version it is, and how much waits in it. */
export function Health() {
  const { data, problem } = useLoad(
    'health',
    async (signal) => {
      const begun = performance.now()
      const { body } = await call<{ status: string; version: string }>('GET', 'health', { signal })
      return { ...body, tookMs: performance.now() - begun }
    },
    { everyMs: 5_000 },
  )
  return (
    <>
      <PageHead title="Health" />
      <Problem problem={problem} title="The service is not well." />
      {data === undefined && problem === undefined && <Skeleton rows={2} />}
      {data !== undefined && problem === undefined && (
        <p class="notice notice-good" role="status">
          The service answers ({data.status}), version {data.version}, in {Math.round(data.tookMs)} ms.
        </p>
      )}
      <Queues />
      <p class="quiet">
        The API is at <code class="breakable">{apiRoot.href}</code>; programs find all of it in its{' '}
        <a href={new URL('openapi.json', apiRoot).href}>OpenAPI document</a>.
      </p>
    </>
  )
}

function Queues() {
  const { data, problem } = useLoad(
    'queues',
    async (signal) => (await call<Page<Queue>>('GET', 'queues', { signal })).body.data,
    { everyMs: 5_000 },
  )
  return (
    <section aria-labelledby="queues-title">
      <h2 id="queues-title">Queues</h2>
      <Problem problem={problem} title="The queues cannot be shown." />
      <ul class="cards">
        {data?.map(({ name, due, delayed, dead_letters: dead, oldest_due_seconds: oldest }) => (
          <li key={name} class="card">
            <strong>{queueNames[name]}</strong>
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
