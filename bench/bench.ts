import { spread } from './statistics.ts'

/** What a figure is held to. */
export type Target = { readonly atMost: number } | { readonly atLeast: number }

/** One thing that was measured, once in each repetition. */
export interface Figure {
  readonly label: string
  /** As it is written behind the number; empty for a ratio. */
  readonly unit: string
  readonly values: readonly number[]
  readonly target?: Target
  /** Digits behind the point when it is shown; none when absent. */
  readonly digits?: number
}

/** What a run of one bench came to. */
export interface Outcome {
  readonly figures: readonly Figure[]
  /** What the plot shows: figures of one unit. */
  readonly plot: { readonly title: string; readonly bars: readonly Figure[] }
  /** What one must know to read the figures: sentences. */
  readonly notes: readonly string[]
  /** Everything raw. */
  readonly details: unknown
  /** More for a terminal than the table has. */
  readonly report?: string
}

/** What a bench is given. */
export interface Setting {
  /** Measure less, in seconds: to see that it works, not what comes out. */
  readonly quick: boolean
  /** A folder for data, on a disk; it is removed afterwards. */
  readonly parent: string
  /** How many times; undefined: as the bench thinks fit. */
  readonly repetitions: number | undefined
  /** Whether the server logs lines of events and attempts. */
  readonly logEvents: boolean
  /** Rows of the bench of the log. */
  readonly rows: number
  /** Tells whoever waits what is being done. */
  readonly say: (text: string) => void
  /** Resolves when no other bench runs: what does not go by time may run beside others. */
  readonly alone: () => Promise<void>
}

/** One row of the table of targets. */
export interface Bench {
  readonly name: string
  /** What it is held to, in words. */
  readonly target: string
  run(setting: Setting): Promise<Outcome>
}

/** Whether the figure's median meets its target; undefined without one. A figure without values misses it. */
export function isMet({ values, target }: Pick<Figure, 'values' | 'target'>): boolean | undefined {
  if (target === undefined) return undefined
  const { median } = spread(values)
  return 'atMost' in target ? median <= target.atMost : median >= target.atLeast
}

/** The quotient of two variants, repetition by repetition: what both suffered at the same time cancels out. */
export function ratios(some: readonly number[], others: readonly number[]): number[] {
  return some.slice(0, others.length).map((value, nth) => value / (others[nth] ?? Number.NaN))
}
