const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of `30d`, `14h`, `5m`, `90s` or `250ms`; undefined when the text is none of them. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text.trim())
  if (match === null) return undefined
  const unit = match[2]
  if (unit !== 'ms' && unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd') return undefined
  return Math.round(Number(match[1]) * unitMs[unit])
}

/** Text that `parseDuration` reads back, in the largest unit that leaves no fraction: `86_400_000` → `1d`. */
export function formatDuration(durationMs: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (durationMs > 0 && durationMs % unitMs[unit] === 0) return `${durationMs / unitMs[unit]}${unit}`
  }
  return durationMs === 0 ? '0s' : `${durationMs}ms`
}
