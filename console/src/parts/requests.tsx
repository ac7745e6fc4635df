import type { Webhook } from '../api/resources.ts'
import { at } from '../router.ts'
import { counted } from '../words/times.ts'

/** How many requests were sent, and how many of them failed, with the way to those. */
export function Requests({ webhook: { id, stats } }: { webhook: Webhook }) {
  if (stats.total === 0) return <span class="quiet">No requests sent yet</span>
  return (
    <span>
      {counted(stats.total, 'recent request')} sent
      {stats.errored > 0 && (
        <>
          , including{' '}
          <a class="errors" href={at(`/webhooks/${id}`, { errors: 'true' })}>
            <span aria-hidden="true">⚠</span> {counted(stats.errored, 'error')}
          </a>
        </>
      )}
    </span>
  )
}
