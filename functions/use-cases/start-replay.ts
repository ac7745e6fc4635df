import { Conflict, InvalidInput, NotFound } from '../domain/errors.ts'
import { firstEventIdAt } from '../domain/ids.ts'
import type { Replay, ReplayKind } from '../domain/replay.ts'
import { hiddenUntil } from '../domain/webhook.ts'
import { type AdvanceReplays, workOnReplay } from './advance-replays.ts'
import { newLease } from './replay-store.ts'

export interface StartReplay extends AdvanceReplays {
  readonly newReplayId: (nowMs: number) => string
  /** How long events are kept, milliseconds. */
  readonly retentionMs: number
}

/** A replay as an admin wants it. Times are milliseconds since 1970. */
export interface WantedReplay {
  readonly since: number
  /** Undefined, or in the future: until now. */
  readonly until: number | undefined
  readonly include: ReplayKind
  /** Deliveries a second. */
  readonly rate: number
  readonly dryRun: boolean
}

/** Well below the 29 s that API Gateway waits. */
const patienceMs = 10_000

/**
 * Starts a replay, which then goes on in the background. A dry run is worked on at once, for up to 10 s, and often over
 * by then. It reaches back no further than events are kept, and their deliveries to this webhook.
 * @throws NotFound; InvalidInput when the range is empty; Conflict when the webhook is off or another replay is running.
 */
export async function startReplay(
  deps: StartReplay,
  webhookId: string,
  { since, until, include, rate, dryRun }: WantedReplay,
): Promise<Replay> {
  const webhook = await deps.webhooks.get(webhookId)
  if (webhook === undefined) throw new NotFound('webhook', webhookId)
  const nowMs = deps.now()
  // Of what the webhook's log has forgotten, nobody knows whether it was delivered.
  const oldest = Math.max(nowMs - deps.retentionMs, hiddenUntil(webhook, nowMs))
  const [from, to] = [Math.max(since, oldest), Math.min(until ?? nowMs, nowMs)]
  if (since > nowMs) throw new InvalidInput([{ field: 'since', detail: 'must be in the past.' }])
  if (since > to) throw new InvalidInput([{ field: 'until', detail: 'must not be before since.' }])
  if (from > to)
    throw new InvalidInput([{ field: 'until', detail: 'is so long ago that no event of then is kept.' }])
  if (!webhook.enabled && !dryRun)
    throw new Conflict(
      `${webhookId} is off, so nothing is sent to it. Enable it first; a dry run counts meanwhile.`,
    )
  const replay: Replay = {
    id: deps.newReplayId(nowMs),
    ...{ webhookId, include, since: from, until: to, dryRun, rate },
    ...{ status: 'running', reason: null, examined: 0, matched: 0, queued: 0, skipped: 0 },
    ...{ position: firstEventIdAt(from), pacedUntil: nowMs },
    lease: dryRun ? newLease(deps) : null,
    ...{ version: 1, createdAt: nowMs, updatedAt: nowMs, finishedAt: null },
  }
  const running = await deps.replays.create(replay)
  if (running !== undefined)
    throw new Conflict(
      `${running} is running for this webhook. Wait until it is over, or cancel it: POST /replays/${running}/cancel.`,
    )
  if (!dryRun) return replay
  const counted = await workOnReplay(deps, replay, { aheadMs: 0, endsAt: nowMs + patienceMs })
  return counted ?? replay
}
