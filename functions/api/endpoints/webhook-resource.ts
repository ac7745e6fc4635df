import { hiddenUntil, type Webhook } from '../../domain/webhook.ts'
import type { AdminDeps } from '../admin-deps.ts'
import { toWebhookResource } from '../schemas/webhook-resource.ts'

/** A webhook with its counts and its breaker as they are now. */
export async function resourceOf({ log, breakers, now }: AdminDeps, webhook: Webhook) {
  const [stats, breaker] = await Promise.all([
    log.stats(webhook.id, hiddenUntil(webhook, now())),
    breakers.get(webhook.id),
  ])
  return toWebhookResource(webhook, { stats, breaker, nowMs: now() })
}
