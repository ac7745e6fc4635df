/** A figure over several repetitions. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Latencies of one run, in milliseconds. */
export interface LatencySummary {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** The value that `share` (0 to 1) of the sorted values do not exceed, by nearest rank; NaN when there is none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)))
  return sorted[rank - 1] ?? Number.NaN
}

/** Median and extremes; NaN when there are no values. */
export function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const middle = (percentile(sorted, 0.5) + (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN)) / 2
  return { median: middle, min: percentile(sorted, 0), max: percentile(sorted, 1) }
}

/** Percentiles of latencies in milliseconds. */
export function summarise(latenciesMs: ArrayLike<number>): LatencySummary {
  const sorted = Float64Array.from(latenciesMs).sort()
  return {
    count: sorted.length,
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
  }
}
