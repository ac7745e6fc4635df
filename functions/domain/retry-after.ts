/**
 * Milliseconds that a `Retry-After` header asks to wait (RFC 9110 §10.2.3: whole seconds or an HTTP date).
 * Undefined for garbage and for dates that have passed, which are then ignored.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  const text = value.trim()
  if (/^\d{1,15}$/.test(text)) return Number(text) * 1_000
  // Only the form that HTTP itself writes: Date.parse alone would take "2" or "May" for dates.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text))
    return undefined
  const waitMs = Date.parse(text) - nowMs
  return waitMs > 0 ? waitMs : undefined
}
