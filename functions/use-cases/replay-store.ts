import type { Lease, Replay } from '../domain/replay.ts'

export interface ReplayStore {
  get(replayId: string): Promise<Replay | undefined>
  /** Stores a new one. @returns the id of another that is running for its webhook, and then nothing is stored. */
  create(replay: Replay): Promise<string | undefined>
  /** Replaces the one that is a version older; false when it is at another version. */
  replace(replay: Replay): Promise<boolean>
  running(): Promise<readonly Replay[]>
}

export interface LeaseReplays {
  readonly replays: ReplayStore
  /** Names one worker among all. */
  readonly newRun: (nowMs: number) => string
  readonly now: () => number
}

// Longer than any function runs: who has a lease that is over is dead.
const leaseMs = 150_000

export function newLease({ newRun, now }: Omit<LeaseReplays, 'replays'>): Lease {
  return { holder: newRun(now()), until: now() + leaseMs }
}

/** Takes a running replay to work on it; undefined when it is over, or someone else works on it. */
export async function claimReplay(deps: LeaseReplays, replay: Replay): Promise<Replay | undefined> {
  const isHeld = replay.lease !== null && replay.lease.until > deps.now()
  if (replay.status !== 'running' || isHeld) return undefined
  const claimed = { ...replay, lease: newLease(deps), version: replay.version + 1 }
  return (await deps.replays.replace(claimed)) ? claimed : undefined
}

/**
 * Writes what its holder makes of a replay, also onto one that was cancelled meanwhile: what was done is counted.
 * @returns the replay as it is then; undefined when the lease went over to someone else, who does the same work again.
 */
export async function commitReplay(
  { replays, now }: Pick<LeaseReplays, 'replays' | 'now'>,
  claimed: Replay,
  change: (current: Replay) => Partial<Replay>,
): Promise<Replay | undefined> {
  let current = claimed
  for (;;) {
    const next: Replay = { ...current, ...change(current), version: current.version + 1, updatedAt: now() }
    if (await replays.replace(next)) return next
    const found = await replays.get(claimed.id)
    if (found === undefined) return undefined
    // The answer to this very write was lost, and it was made twice.
    if (found.version === next.version && found.position === next.position && found.status === next.status)
      return found
    if (found.lease?.holder !== claimed.lease?.holder) return undefined
    current = found
  }
}
