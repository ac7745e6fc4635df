import { countsKeptMs, type HourOfAttempts, hourMs, judge } from '../domain/failing.ts'
import type { Notice } from '../domain/notice.ts'
import type { Webhook } from '../domain/webhook.ts'
import { atMost } from './at-most.ts'
import type { WebhookFilter } from './log-queries.ts'
import type { WebhookStore } from './manage-webhooks.ts'
import type { Notices } from './tell-notices.ts'

export interface AttemptHours {
  /**
   * A webhook's hours with attempts since `from`, newest first. May leave out what lies before an hour in which one
   * succeeded, and what was counted within the last second.
   */
  newestFirst(webhookId: string, from: number): Promise<readonly HourOfAttempts[]>
}

export interface WatchFailures {
  readonly webhooks: Pick<WebhookStore, 'replace'> & {
    list(filter: WebhookFilter): Promise<readonly Webhook[]>
  }
  readonly attemptHours: AttemptHours
  readonly notices: Pick<Notices, 'add'>
  /** How far the pass over the webhooks has come, as text that is written here. */
  readonly watchPosition: { read(): Promise<string | undefined>; moveTo(position: string): Promise<void> }
  /** After so long with nothing but failures a webhook is turned off; undefined: never. */
  readonly disableAfterMs: number | undefined
  readonly now: () => number
}

/** A minute's share: 12,000 webhooks an hour, and a few seconds at most. */
const pageSize = 200
const atOnce = 20

/**
 * Looks once an hour at every webhook that is on, 200 of them at a call, and has those that have had nothing but failures
 * warned of and in the end turned off. Call it every minute.
 * @returns how many webhooks it looked at.
 */
export async function watchFailures(deps: WatchFailures): Promise<number> {
  const { disableAfterMs, watchPosition } = deps
  if (disableAfterMs === undefined) return 0
  const nowMs = deps.now()
  const thisHour = Math.floor(nowMs / hourMs)
  // The hour in which the pass began, and the last webhook that it looked at: none when it is over.
  const [began, last = ''] = (await watchPosition.read())?.split('/') ?? []
  if (last === '' && Number(began) === thisHour) return 0
  const webhooks = await deps.webhooks.list({ enabled: true, before: last || undefined, limit: pageSize })
  await atMost(atOnce, webhooks, (webhook) => look(deps, webhook, { disableAfterMs, nowMs }))
  const isOver = webhooks.length < pageSize
  await watchPosition.moveTo(`${last === '' ? thisHour : began}/${isOver ? '' : (webhooks.at(-1)?.id ?? '')}`)
  return webhooks.length
}

async function look(
  { attemptHours, webhooks, notices }: WatchFailures,
  webhook: Webhook,
  { disableAfterMs, nowMs }: { disableAfterMs: number; nowMs: number },
): Promise<void> {
  const from = Math.max(webhook.failuresFrom, nowMs - countsKeptMs)
  const hours = await attemptHours.newestFirst(webhook.id, from)
  const verdict = judge(webhook, hours, { disableAfterMs, nowMs })
  if (verdict.kind === 'keep') return
  const changed = { ...webhook, version: webhook.version + 1 }
  if (verdict.kind === 'recovered') {
    await webhooks.replace({ ...changed, warned: 0 }, webhook.version)
    return
  }
  const { since, failures } = verdict.run
  const percent = verdict.kind === 'warn' ? verdict.percent : 100
  const notice: Notice = {
    ...{ kind: 'failing', webhookId: webhook.id, at: nowMs, since, failures, percent, disableAfterMs },
  }
  // First, so that nothing is done that is not told. Should this end here, the next pass comes to the same.
  await notices.add(notice)
  const after: Webhook =
    verdict.kind === 'warn'
      ? { ...changed, failuresFrom: since, warned: percent }
      : { ...changed, enabled: false, disabledReason: 'failing', disabledAt: nowMs, updatedAt: nowMs }
  // Not if somebody changed it meanwhile: it is looked at again in an hour.
  await webhooks.replace(after, webhook.version)
}
