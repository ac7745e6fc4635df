import { call, pathOf } from './client.ts'
import type { Page, TroubledWebhook } from './resources.ts'

/** So many pages, of 100 webhooks each, are looked through. */
const pagesAtMost = 10

export interface Troubled {
  /** Those that are worst first, and of these the ones in trouble for longest. */
  readonly webhooks: readonly TroubledWebhook[]
  /** Whether all webhooks there are were looked at. */
  readonly isAll: boolean
}

const worstFirst: readonly TroubledWebhook['state'][] = ['failing', 'disabled', 'slow']

/** The webhooks in trouble among the newest 1,000. */
export async function troubledWebhooks(signal: AbortSignal): Promise<Troubled> {
  const webhooks: TroubledWebhook[] = []
  let cursor: string | null = null
  let pages = 0
  do {
    const path = pathOf('health/webhooks', { limit: '100', cursor: cursor ?? undefined })
    const { body }: { body: Page<TroubledWebhook> } = await call('GET', path, { signal })
    webhooks.push(...body.data)
    cursor = body.next_cursor
  } while (cursor !== null && ++pages < pagesAtMost)
  const rank = ({ state }: TroubledWebhook) => worstFirst.indexOf(state)
  webhooks.sort((a, b) => rank(a) - rank(b) || Date.parse(a.since) - Date.parse(b.since))
  return { webhooks, isAll: cursor === null }
}
