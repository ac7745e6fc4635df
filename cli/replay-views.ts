import { counted, fields, shortTime } from './output.ts'
import type { ReplayResource } from './resources.ts'

/** How many events a count found. */
export function countText({ webhook_id, matched, skipped, include, since, until }: ReplayResource): string {
  const what = { all: 'fit', failed: 'failed for', missed: 'were missed by' }[include] ?? 'match for'
  const left = skipped === 0 ? '' : ` ${counted(skipped, 'more is', 'more are')} under way and left out.`
  return `${counted(matched, 'event')} between ${shortTime(since)} and ${shortTime(until)} ${what} ${webhook_id}.${left}`
}

/** A replay as it is now. */
export function replayText(replay: ReplayResource): string {
  return fields([
    ['id', replay.id],
    ['webhook', replay.webhook_id],
    ['status', replay.status],
    ['reason', replay.reason],
    [
      'what',
      `${replay.include}${replay.dry_run ? ', count only' : ''}, ${shortTime(replay.since)} to ${shortTime(replay.until)}`,
    ],
    ['progress', `${Math.floor(replay.progress * 100)} %`],
    ['examined', replay.examined],
    ['matched', replay.matched],
    ['queued', replay.queued],
    ['skipped', replay.skipped],
    ['created', shortTime(replay.created_at)],
    ['finished', shortTime(replay.finished_at)],
  ])
}
