import { call } from './client.ts'
import type { Webhook } from './resources.ts'
import { type Loaded, useLoad } from './use-load.ts'

const refreshMs = 5_000

/** A webhook, kept up to date. */
export function useWebhook(id: string): Loaded<Webhook> {
  return useLoad(
    `webhook ${id}`,
    async (signal) => (await call<Webhook>('GET', `webhooks/${id}`, { signal })).body,
    { everyMs: refreshMs },
  )
}
