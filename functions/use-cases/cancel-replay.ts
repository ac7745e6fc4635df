import { NotFound } from '../domain/errors.ts'
import type { Replay } from '../domain/replay.ts'
import type { ReplayStore } from './replay-store.ts'

export interface CancelReplay {
  readonly replays: ReplayStore
  readonly webhooks: { get(webhookId: string): Promise<object | undefined> }
  readonly now: () => number
}

/** The replay, unless its webhook is gone. @throws NotFound. */
export async function findReplay(
  { replays, webhooks }: Omit<CancelReplay, 'now'>,
  id: string,
): Promise<Replay> {
  const replay = await replays.get(id)
  if (replay === undefined || (await webhooks.get(replay.webhookId)) === undefined)
    throw new NotFound('replay', id)
  return replay
}

/**
 * Has a replay queue nothing more; what it has queued is sent. One that is over stays as it is.
 * @throws NotFound.
 */
export async function cancelReplay(deps: CancelReplay, id: string): Promise<Replay> {
  for (;;) {
    const replay = await findReplay(deps, id)
    if (replay.status !== 'running') return replay
    const nowMs = deps.now()
    // The lease stays: whoever is at work adds what was queued meanwhile.
    const cancelled: Replay = {
      ...replay,
      ...{ status: 'cancelled', finishedAt: nowMs, updatedAt: nowMs, version: replay.version + 1 },
    }
    if (await deps.replays.replace(cancelled)) return cancelled
  }
}
