import { expect, it } from 'vitest'
import { openAwsBed } from './aws-bed.ts'
import type { Bed, BedOptions, OpenBed } from './bed.ts'
import { openEmbeddedBed } from './embedded-bed.ts'
import { compareLedgers, type RunWebhook } from './ledgers.ts'
import { writeResult } from './results.ts'

/** What a run did, and what the fault may leave behind; what is not named must not be there at all. */
export interface Run {
  readonly accepted: readonly string[]
  readonly webhooks: readonly RunWebhook[]
  /** Those of the webhooks that want an event; all when left out. */
  readonly wantedBy?: (eventId: string) => readonly RunWebhook[]
  /** Most requests beyond the first that was answered 2xx. */
  readonly mostDuplicates?: number
  /** Most requests that are not in the log: the process died between the two. */
  readonly mostUnlogged?: number
  readonly deadLetters?: number
  /** Whatever else a reader of the table should know. */
  readonly note?: string
}

export interface FaultOptions extends BedOptions {
  /** By default both engines. */
  readonly engines?: readonly ('SQLite' | 'AWS')[]
}

const engines: Readonly<Record<'SQLite' | 'AWS', OpenBed>> = { SQLite: openEmbeddedBed, AWS: openAwsBed }

/**
 * Runs a fault of the matrix on each engine, lays the three ledgers side by side, and holds them against the invariants:
 * nothing lost, nothing that was not accepted, no request twice and none unlogged but where the fault allows it.
 * @param number as docs/reliability.md numbers the faults.
 */
export function fault(
  number: string,
  title: string,
  run: (bed: Bed) => Promise<Run>,
  { engines: only = ['SQLite', 'AWS'], ...options }: FaultOptions = {},
): void {
  it.each(only)(`${number}: ${title} (%s)`, { timeout: 1_200_000 }, async (engine) => {
    const startedAt = performance.now()
    const bed = await engines[engine](options)
    try {
      const { accepted, webhooks, wantedBy, ...allowed } = await run(bed)
      const { byStatus, ...compared } = await compareLedgers(bed, { accepted, webhooks, wantedBy })
      const deadLetters = await bed.deadLetters()
      expect(compared).toMatchObject({ lost: [], untrue: [], unaccepted: 0 })
      expect(compared.duplicates).toBeLessThanOrEqual(allowed.mostDuplicates ?? 0)
      expect(compared.unlogged).toBeLessThanOrEqual(allowed.mostUnlogged ?? 0)
      expect(deadLetters).toBe(allowed.deadLetters ?? 0)
      const seconds = (performance.now() - startedAt) / 1_000
      const kills = bed.faults.killed.length
      writeResult({
        number,
        title,
        engine,
        ...compared,
        byStatus,
        deadLetters,
        kills,
        seconds,
        note: allowed.note,
      })
    } finally {
      await bed.close()
    }
  })
}
