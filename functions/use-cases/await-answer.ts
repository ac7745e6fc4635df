import type { Outcome } from '../domain/outcome.ts'
import type { Slow } from '../domain/receiver-health.ts'
import type { OutgoingRequest, Sender } from './attempt-delivery.ts'

/** An attempt's outcome; `waitedMs`: how long its receiver took, as far as that can be told. */
export interface Answered {
  readonly outcome: Outcome
  readonly waitedMs: number
}

/**
 * Sends a request, and says so while its answer is still awaited when that takes long. What this process worked meanwhile
 * does not count as waiting: on a fraction of a processor, ten requests at once would else make any receiver seem slow.
 * @param onSilence what comes of it is not worth the attempt: a rejection goes unheard.
 */
export async function awaitAnswer(
  { sender, now, busyMs = () => 0 }: { sender: Sender; now: () => number; busyMs?: () => number },
  request: OutgoingRequest,
  slow: Slow | undefined,
  onSilence: (slow: Slow) => Promise<void>,
): Promise<Answered> {
  const [startedAt, busyAt] = [now(), busyMs()]
  let watch: NodeJS.Timeout | undefined
  const lookAfter = (ms: number, looksFrom: number) => {
    watch = setTimeout(() => {
      const busy = busyMs()
      if (busy - looksFrom >= 1) lookAfter(busy - looksFrom, busy)
      else if (slow !== undefined) onSilence(slow).catch(() => {})
    }, ms)
  }
  if (slow !== undefined) lookAfter(slow.afterMs, busyAt)
  try {
    const outcome = await sender.send(request)
    return { outcome, waitedMs: Math.max(0, now() - startedAt - (busyMs() - busyAt)) }
  } finally {
    clearTimeout(watch)
  }
}
