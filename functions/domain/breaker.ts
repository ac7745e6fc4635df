/**
 * What keeps a webhook in trouble from taking more than its part. `version` counts changes, so that of two who change
 * it at once only one does.
 *
 * - closed: all is well.
 * - open: the receiver does not answer, or fails all the time. Attempts are put off; one at a time probes.
 * - slow: it answers, and takes long. Attempts go at a pace that bounds how many are under way.
 */
export type Breaker = { readonly version: number } & (
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'open'
      readonly since: number
      readonly probeAt: number
      /** How long after a failed probe the next may go. */
      readonly waitMs: number
      /** The probe that is under way. */
      readonly probe: { readonly attemptId: string; readonly at: number } | null
    }
  | { readonly kind: 'slow'; readonly since: number; readonly perSecond: number }
)
export type OpenBreaker = Extract<Breaker, { kind: 'open' }>

/** Of a webhook that never was in trouble. */
export const untroubled: Breaker = { version: 0, kind: 'closed' }

/** What may become of an attempt that is due. `fail`: it was put off for as long as it may be. */
export type Admission =
  | { readonly kind: 'send' }
  | { readonly kind: 'pace'; readonly perSecond: number }
  /** `claimed` must first take the place of the breaker that was read; undefined: the probe is this attempt already. */
  | { readonly kind: 'probe'; readonly claimed: Breaker | undefined }
  | { readonly kind: 'wait'; readonly until: number; readonly since: number }
  | { readonly kind: 'fail'; readonly since: number }

const firstWaitMs = 10_000
const longestWaitMs = 5 * 60_000
/**
 * When a probe that nobody heard of again is given up: its process died. Its own message, which then comes again, takes
 * it up sooner. Longer than an attempt by twice ten minutes, since that much two clocks may differ.
 */
const probeLostMs = 21 * 60_000

/**
 * Decides whether an attempt may go. What is put off waits for as long as the breaker has been open, and up to half as
 * long again: so what comes back in a second is never more than what came in one, however long the outage
 * (docs/decisions/0012-breaker.md).
 * @param latest when an attempt that was put off until then has failed.
 * @param chance uniform in [0, 1), for the spread.
 */
export function admit(
  breaker: Breaker,
  { attemptId, nowMs, latest, chance }: { attemptId: string; nowMs: number; latest: number; chance: number },
): Admission {
  if (breaker.kind === 'closed') return { kind: 'send' }
  if (breaker.kind === 'slow') return { kind: 'pace', perSecond: breaker.perSecond }
  const { since, probe, probeAt } = breaker
  if (probe?.attemptId === attemptId) return { kind: 'probe', claimed: undefined }
  if (probe === null ? nowMs >= probeAt : nowMs - probe.at > probeLostMs)
    return { kind: 'probe', claimed: { ...breaker, ...next(breaker), probe: { attemptId, at: nowMs } } }
  if (nowMs >= latest) return { kind: 'fail', since }
  const waitMs = Math.max(firstWaitMs, nowMs - since) * (1 + chance / 2)
  return { kind: 'wait', until: Math.min(Math.round(nowMs + waitMs), latest), since }
}

/** The breaker once its receiver was found to be down: open, the first probe in ten seconds. */
export function opened(breaker: Breaker, nowMs: number): OpenBreaker {
  const state = { kind: 'open', since: nowMs, probeAt: nowMs + firstWaitMs, waitMs: firstWaitMs } as const
  return { ...state, ...next(breaker), probe: null }
}

/** The breaker after its probe failed: open, the wait for the next one doubled. */
export function probeFailed(breaker: OpenBreaker, nowMs: number): OpenBreaker {
  const waitMs = Math.min(2 * breaker.waitMs, longestWaitMs)
  return { ...breaker, ...next(breaker), waitMs, probeAt: nowMs + waitMs, probe: null }
}

/** The breaker once its receiver answers as it should. */
export function closed(breaker: Breaker): Breaker {
  return { kind: 'closed', ...next(breaker) }
}

/** The breaker of a receiver that answers slowly. */
export function slowed(
  breaker: Breaker,
  { perSecond, nowMs }: { perSecond: number; nowMs: number },
): Breaker {
  return { kind: 'slow', since: nowMs, perSecond, ...next(breaker) }
}

function next({ version }: Breaker): { readonly version: number } {
  return { version: version + 1 }
}
