import * as z from 'zod/mini'
import { type HourOfAttempts, hourMs } from '../../domain/failing.ts'

const Row = z.pipe(
  z.object({ hour: z.number(), total: z.number(), errored: z.number() }),
  z.transform(({ hour, total, errored }): HourOfAttempts => ({ startsAt: hour * hourMs, total, errored })),
)

/** A row of the hourly counters. */
export function toHour(row: unknown): HourOfAttempts {
  return z.parse(Row, row)
}
