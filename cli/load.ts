import type { Terminal } from './terminal.ts'

/** What came of one request to the receiver. */
export interface Sample {
  /** The receiver's status in words: `200`, `no answer`. */
  readonly outcome: string
  readonly isOk: boolean
  /** How long the receiver took; undefined when it did not answer in time. */
  readonly durationMs: number | undefined
  /** Whether the receiver asked for less: 429, or a Retry-After. */
  readonly asksForLess: boolean
}

export interface LoadPlan {
  readonly count: number
  /** Requests a second. */
  readonly rate: number
  /** Above this share of failures, 0 to 1, nothing more is sent. */
  readonly maxErrorShare: number
}

export interface LoadResult {
  readonly samples: readonly Sample[]
  /** Why not all were sent; undefined when they were. */
  readonly stoppedBecause: string | undefined
}

// A receiver that hangs has at most this many requests to hold.
const mostInFlight = 20
// Fewer say little about a share.
const fewestToJudge = 5

/** Sends at a steady rate, and stops by itself when the receiver is not up to it. `send` must not reject but for good. */
export async function runLoad(
  { count, rate, maxErrorShare }: LoadPlan,
  {
    send,
    terminal,
    stop,
    onSample,
  }: {
    send: () => Promise<Sample>
    terminal: Pick<Terminal, 'now' | 'pause'>
    stop: AbortSignal
    onSample: (samples: readonly Sample[]) => void
  },
): Promise<LoadResult> {
  const samples: Sample[] = []
  const inFlight = new Set<Promise<void>>()
  let failure: unknown
  const reason = () =>
    stop.aborted
      ? 'You stopped it.'
      : failure !== undefined
        ? failure instanceof Error
          ? failure.message
          : String(failure)
        : unwell(samples, maxErrorShare)
  const sendOne = async () => {
    try {
      samples.push(await send())
      onSample(samples)
    } catch (error) {
      failure ??= error
    }
  }
  const startedAt = terminal.now()
  for (let sent = 0; sent < count && reason() === undefined; sent++) {
    await terminal.pause(Math.max(0, startedAt + (sent * 1_000) / rate - terminal.now()), stop)
    if (inFlight.size >= mostInFlight) await Promise.race(inFlight)
    if (reason() !== undefined) break
    const request: Promise<void> = sendOne().finally(() => inFlight.delete(request))
    inFlight.add(request)
  }
  await Promise.all(inFlight)
  return { samples, stoppedBecause: samples.length === count ? undefined : reason() }
}

function unwell(samples: readonly Sample[], maxErrorShare: number): string | undefined {
  if (samples.some(({ asksForLess }) => asksForLess))
    return 'The receiver asked for less (429 or Retry-After).'
  const failed = samples.filter(({ isOk }) => !isOk).length
  return samples.length >= fewestToJudge && failed / samples.length > maxErrorShare
    ? `${failed} of ${samples.length} requests failed.`
    : undefined
}

/** The value below which that share of the numbers lies, by nearest rank; undefined of none. */
export function percentile(numbers: readonly number[], share: number): number | undefined {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}
