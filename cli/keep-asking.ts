import { Unreachable } from './errors.ts'
import type { Session } from './session.ts'

const longestWaitMs = 10_000

/**
 * Asks again and again until the signal is aborted, and yields each answer. What is wrong with the first question is
 * thrown at once; later on an API that cannot be reached is waited for, and said so once.
 * @throws Unreachable when it stays away for longer than `patienceMs`.
 */
export async function* keepAsking<Found>(
  { terminal, note }: Pick<Session, 'terminal' | 'note'>,
  ask: () => Promise<Found>,
  {
    everyMs,
    stop,
    patienceMs = Number.POSITIVE_INFINITY,
  }: { everyMs: number; stop: AbortSignal; patienceMs?: number },
): AsyncGenerator<Found> {
  yield await ask()
  let waitMs = everyMs
  let awaySince: number | undefined
  while (!stop.aborted) {
    await terminal.pause(waitMs, stop)
    if (stop.aborted) return
    try {
      const found = await ask()
      if (awaySince !== undefined) note('The API answers again.')
      awaySince = undefined
      waitMs = everyMs
      yield found
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      const now = terminal.now()
      if (awaySince === undefined) note(`${error.message} Asking again until it answers.`)
      awaySince ??= now
      if (now - awaySince > patienceMs) throw error
      waitMs = Math.min(waitMs * 2, longestWaitMs)
    }
  }
}
