import type { ComponentChildren } from 'preact'
import type { Webhook } from '../../api/resources.ts'
import { useWebhook } from '../../api/use-webhook.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { at } from '../../router.ts'
import { canChange, whyNot } from '../../session.ts'

/** A page that does one thing with a webhook. */
export function WebhookPage({
  id,
  title,
  children,
}: {
  id: string
  title: string
  children: (webhook: Webhook, reload: () => void) => ComponentChildren
}) {
  const { data, problem, reload } = useWebhook(id)
  return (
    <>
      <PageHead title={title} back={{ href: at(`/webhooks/${id}`), label: 'Log' }} />
      {data === undefined && <Problem problem={problem} title="The webhook cannot be shown." />}
      {data === undefined && problem === undefined && <Skeleton rows={4} />}
      {data !== undefined && (
        <>
          <p class="lead breakable">{data.url}</p>
          {!canChange.value && <p class="notice notice-warn">{whyNot}</p>}
          {children(data, reload)}
        </>
      )}
    </>
  )
}
