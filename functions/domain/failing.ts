import type { Webhook } from './webhook.ts'

/** Counts of a webhook's attempts go by the hour. */
export const hourMs = 3_600_000

/** So long counts are kept at least, whatever the retention of the log is: the longest time after which a webhook is turned off, and a day. */
export const countsKeptMs = 31 * 24 * hourMs

/** A webhook's attempts that were made within one hour, which began at `startsAt`, milliseconds since 1970. */
export interface HourOfAttempts {
  readonly startsAt: number
  readonly total: number
  readonly errored: number
}

/** Failures without a success or a long silence among them. Times are to the hour: the starts of the first and of the last. */
export interface FailingRun {
  readonly since: number
  readonly until: number
  readonly failures: number
}

/** Shares of the time, in percent, at which it is told that a webhook will be turned off. */
export const warnings = [50, 70, 90] as const
export type Warning = (typeof warnings)[number]

export type Verdict =
  | { readonly kind: 'warn'; readonly percent: Warning; readonly run: FailingRun }
  | { readonly kind: 'disable'; readonly run: FailingRun }
  /** It was warned of a run that is over. */
  | { readonly kind: 'recovered' }
  | { readonly kind: 'keep' }

/**
 * Decides what a webhook's attempts ask for: docs/decisions/0016-nothing-but-failures.md. The clock runs from the first
 * failure after the last success to the last failure, so silence never moves it; and a warning comes before the end, even
 * when nobody looked in between.
 * @param hours newest first, those without an attempt left out.
 */
export function judge(
  { failuresFrom, warned }: Pick<Webhook, 'failuresFrom' | 'warned'>,
  hours: readonly HourOfAttempts[],
  { disableAfterMs, nowMs }: { disableAfterMs: number; nowMs: number },
): Verdict {
  const run = failingRun(hours, { from: failuresFrom, longestSilenceMs: disableAfterMs / 2, nowMs })
  const warnedOfIt = run?.since === failuresFrom ? warned : 0
  if (run !== undefined) {
    const percent = (100 * (run.until - run.since)) / disableAfterMs
    if (percent >= 100 && warnedOfIt > 0) return { kind: 'disable', run }
    const due = warnings.findLast((warning) => warning <= percent)
    if (due !== undefined && due > warnedOfIt) return { kind: 'warn', percent: due, run }
  }
  return warned > warnedOfIt ? { kind: 'recovered' } : { kind: 'keep' }
}

/**
 * The run of failures that goes on, if any: back to a success, to a silence that is too long, or to `from`, before which
 * nothing counts. An hour in which anything succeeded ends it, whatever came first.
 */
export function failingRun(
  hours: readonly HourOfAttempts[],
  { from, longestSilenceMs, nowMs }: { from: number; longestSilenceMs: number; nowMs: number },
): FailingRun | undefined {
  let run: FailingRun | undefined
  for (const { startsAt, total, errored } of hours) {
    const isOver = startsAt < from || errored < total || (run?.since ?? nowMs) - startsAt > longestSilenceMs
    if (isOver) return run
    run = { since: startsAt, until: run?.until ?? startsAt, failures: (run?.failures ?? 0) + errored }
  }
  return run
}
