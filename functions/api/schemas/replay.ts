import * as z from 'zod'
import { progressOf, type Replay, reachedAt, replayKinds } from '../../domain/replay.ts'
import { Count, InputTime, isoTime, isoTimeOrNull, ReplayId, Time, WebhookId } from './fields.ts'

const include = z.enum(replayKinds).meta({
  description:
    'all: every event that fits the webhook as it is now; failed: those whose deliveries ended, none of them delivered and at least one exhausted; missed: those that came while the webhook was off or before it was created, or whose delivery was cancelled',
  example: 'missed',
})
const exampleSince = '2026-11-23T00:00:00.000Z'
const mostPerSecond = 500

/** The body that starts a replay. */
export const StartReplay = z
  .strictObject({
    since: InputTime.meta({
      description: 'Events accepted at this time or later; what is no longer kept is left out',
      example: exampleSince,
    }),
    until: InputTime.nullish().meta({
      description: 'Events accepted at this time or earlier; absent or in the future: now',
    }),
    include: include.default('failed'),
    rate: z.int().min(1).max(mostPerSecond).default(50).meta({
      description: 'Deliveries a second at most; a lower rate_limit of the webhook holds instead',
    }),
    dry_run: z.boolean().default(false).meta({ description: 'Only count; also while the webhook is off' }),
  })
  .meta({ id: 'StartReplay', example: { since: exampleSince, include: 'missed', dry_run: true } })

export const ReplayResource = z
  .object({
    id: ReplayId,
    webhook_id: WebhookId,
    status: z.enum(['running', 'finished', 'cancelled']),
    reason: z.string().nullable().meta({
      description: 'Why the service ended it: the webhook was turned off or deleted. null otherwise',
      example: null,
    }),
    include,
    since: Time.meta({ description: 'As it is: no earlier than events are kept' }),
    until: Time,
    dry_run: z.boolean(),
    rate: z.int().meta({ example: 50 }),
    examined: Count.meta({ description: 'Events looked at so far', example: 1204 }),
    matched: Count.meta({ description: 'Of those, the ones to send', example: 37 }),
    queued: Count.meta({
      description: 'Of those, the ones that have a delivery now; 0 in a dry run',
      example: 37,
    }),
    skipped: Count.meta({
      description:
        'Events that fit and are not sent: a delivery of them is under way, or their payload was erased',
      example: 0,
    }),
    progress: z.number().min(0).max(1).meta({
      description: 'How much of the time from since to until has been looked through',
      example: 0.25,
    }),
    reached_at: Time.meta({ description: 'All events accepted before have been looked at' }),
    created_at: Time,
    updated_at: Time,
    finished_at: Time.nullable(),
  })
  .meta({ id: 'Replay' })

export function toReplayResource(replay: Replay): z.input<typeof ReplayResource> {
  return {
    id: replay.id,
    webhook_id: replay.webhookId,
    status: replay.status,
    reason: replay.reason,
    include: replay.include,
    since: isoTime(replay.since),
    until: isoTime(replay.until),
    dry_run: replay.dryRun,
    rate: replay.rate,
    examined: replay.examined,
    matched: replay.matched,
    queued: replay.queued,
    skipped: replay.skipped,
    progress: progressOf(replay),
    reached_at: isoTime(reachedAt(replay)),
    created_at: isoTime(replay.createdAt),
    updated_at: isoTime(replay.updatedAt),
    finished_at: isoTimeOrNull(replay.finishedAt),
  }
}
