import type { ChildProcess } from 'node:child_process'

/** Lambda gives a function of 256 MB that part of a processor: one whole for 1,769 MB. */
export const shareOf256Megabytes = 256 / 1_769

const periodMs = 20

/**
 * Lets a process run for a share of each 20 ms only, as Lambda's scheduler does: stopped and continued by signals.
 * @returns what ends it, with the share of the time in which the process could run.
 */
export function holdToShare(child: ChildProcess, share: number): () => number {
  const startedAt = performance.now()
  let [ranMs, runsSince] = [0, startedAt]
  let timer: NodeJS.Timeout
  const stop = () => {
    child.kill('SIGSTOP')
    ranMs += performance.now() - runsSince
    // However late a timer comes, what ran too long is stopped for so much longer.
    const dueMs = ranMs / share - (performance.now() - startedAt)
    timer = setTimeout(run, Math.max(1, dueMs))
  }
  const run = () => {
    runsSince = performance.now()
    child.kill('SIGCONT')
    timer = setTimeout(stop, periodMs * share)
  }
  stop()
  return () => {
    clearTimeout(timer)
    child.kill('SIGCONT')
    return ranMs / (performance.now() - startedAt)
  }
}
