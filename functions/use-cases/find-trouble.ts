import type { Breaker } from '../domain/breaker.ts'
import type { Delivery } from '../domain/delivery.ts'
import { countsKeptMs, hourMs } from '../domain/failing.ts'
import { type Trouble, troubleOf } from '../domain/trouble.ts'
import { hiddenUntil, type Webhook } from '../domain/webhook.ts'
import { atMost } from './at-most.ts'
import type { DeliveryFilter, Page, WebhookFilter } from './log-queries.ts'
import type { AttemptHours } from './watch-failures.ts'

export interface FindTrouble {
  readonly webhooks: { list(filter: WebhookFilter): Promise<readonly Webhook[]> }
  readonly breakers: { get(webhookId: string): Promise<Breaker> }
  readonly attemptHours: AttemptHours
  readonly log: { ofWebhook(filter: DeliveryFilter): Promise<Page<Delivery>> }
  readonly now: () => number
}

/** A webhook in trouble, and what its log says of it. */
export interface Troubled {
  readonly webhook: Webhook
  readonly trouble: Trouble
  readonly breaker: Breaker
  /** The last delivery that failed, of the newest that did; undefined when the log has none any more. */
  readonly lastFailed: Delivery | undefined
  /** How many deliveries wait for an attempt; `isAll`: there are no more than that. */
  readonly waiting: { readonly count: number; readonly isAll: boolean }
}

/** A page looks at so many webhooks: for each that is well that is a look at its newest counts. */
const lookedAt = 100
const atOnce = 20
const newestFailures = 20
const waitingCounted = 100

/**
 * Webhooks in trouble, newest first. A page may have less than `limit`, even none, with others behind it.
 * @param before only webhooks older than the one with this id: a page's `next`.
 */
export async function findTrouble(
  deps: FindTrouble,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<Page<Troubled>> {
  const webhooks = await deps.webhooks.list({ before, limit: lookedAt })
  const looked = await atMost(atOnce, webhooks, (webhook) => look(deps, webhook))
  const found = looked.filter((each) => each !== undefined)
  const shown = found.slice(0, limit)
  const items = await atMost(atOnce, shown, (each) => tell(deps, each))
  if (found.length > limit) return { items, next: shown.at(-1)?.webhook.id }
  return { items, next: webhooks.length < lookedAt ? undefined : webhooks.at(-1)?.id }
}

async function look({ breakers, attemptHours, now }: FindTrouble, webhook: Webhook) {
  const nowMs = now()
  const isOn = webhook.enabled
  const from = Math.max(webhook.failuresFrom, nowMs - countsKeptMs)
  const [breaker, hours] = await Promise.all([
    breakers.get(webhook.id),
    isOn ? attemptHours.newestFirst(webhook.id, from) : [],
  ])
  const trouble = troubleOf(webhook, { breaker, hours, nowMs })
  return trouble && { webhook, trouble, breaker }
}

async function tell(
  { log, now }: FindTrouble,
  { webhook, trouble, breaker }: Pick<Troubled, 'webhook' | 'trouble' | 'breaker'>,
): Promise<Troubled> {
  const webhookId = webhook.id
  const shownFrom = hiddenUntil(webhook, now()) + 1
  // `since` goes by the hour, and what opened a breaker came before it. Older rows would be a long look for little.
  const from = Math.max(shownFrom, trouble.since - hourMs)
  const [failed, waiting] = await Promise.all([
    log.ofWebhook({ webhookId, erroredOnly: true, from: shownFrom, limit: newestFailures }),
    trouble.kind === 'disabled'
      ? { items: [], next: undefined }
      : log.ofWebhook({ webhookId, statuses: ['pending', 'retrying'], from, limit: waitingCounted }),
  ])
  const byTime = failed.items
    .filter(({ lastError }) => lastError !== null)
    .sort((a, b) => b.updatedAt - a.updatedAt)
  return {
    webhook,
    trouble,
    breaker,
    lastFailed: byTime[0],
    waiting: { count: waiting.items.length, isAll: waiting.next === undefined },
  }
}
