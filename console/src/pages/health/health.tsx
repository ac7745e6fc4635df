import { apiRoot, call } from '../../api/client.ts'
import { useLoad } from '../../api/use-load.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Queues } from './queues.tsx'
import { TroubledWebhooks } from './troubled-webhooks.tsx'

/** Whether the service answers, which webhooks are in trouble, and how much waits. */
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
        <p class="notice notice-good">
          The service answers ({data.status}), version {data.version}, in {Math.round(data.tookMs)} ms.
        </p>
      )}
      <TroubledWebhooks />
      <Queues />
      <p class="quiet">
        The API is at <code class="breakable">{apiRoot.href}</code>; programs find all of it in its{' '}
        <a href={new URL('openapi.json', apiRoot).href}>OpenAPI document</a>.
      </p>
    </>
  )
}
