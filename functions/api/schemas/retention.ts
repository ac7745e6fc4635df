import * as z from 'zod'
import { formatDuration, parseDuration } from '../../domain/duration.ts'
import type { FieldProblem } from '../../domain/errors.ts'

// The audit tells by the log what was delivered from what was lost: it must find that after hours in which it did not run.
const leastRetentionMs = 86_400_000

/** A webhook's own retention; milliseconds when read. */
export const RetentionInput = z
  .string()
  .transform(parseDuration)
  .refine((retentionMs) => retentionMs !== undefined, 'must be a duration such as 7d.')
  .refine(
    (retentionMs) => retentionMs === undefined || retentionMs >= leastRetentionMs,
    'must be at least 1d.',
  )
  .transform((retentionMs) => retentionMs ?? 0)

const WithRetention = z.object({ retention: z.string() })

/** What is wrong with a body whose retention is longer than the deployment's. */
export function longerThan(deploymentMs: number, body: unknown): FieldProblem[] {
  const { data } = WithRetention.safeParse(body)
  if (data === undefined || (parseDuration(data.retention) ?? 0) <= deploymentMs) return []
  const most = formatDuration(deploymentMs)
  return [{ field: 'retention', detail: `must be at most ${most}: the deployment keeps nothing longer.` }]
}
