import * as z from 'zod/mini'
import { type HourOfAttempts, hourMs } from '../../domain/failing.ts'
import { endOfCounter } from './log-keys.ts'

const Item = z.pipe(
  z.object({ sk: z.string(), total: z.number(), errored: z.number() }),
  z.transform(
    ({ sk, total, errored }): HourOfAttempts => ({ startsAt: endOfCounter(sk) - hourMs, total, errored }),
  ),
)

/** A counter of the log table. */
export function toHour(item: unknown): HourOfAttempts {
  return z.parse(Item, item)
}
