import { parseArgs } from 'node:util'
import { benchNames } from './bench-names.ts'

/** What `--help` prints. */
export const helpText = `Measures what docs/performance.md promises, each target with what it is held against, and prints a table.

  npm run bench                      all of them: at most 15 minutes on two cores that do nothing else, 15 GB of disk
  npm run bench -- --quick           all of them with less of everything: to see that they work
  npm run bench -- --only NAMES      some, by commas: ${benchNames.join(', ')}
  npm run bench -- --repetitions N   of those that are repeated
  npm run bench -- --rows N          of the bench of the log: 10,000,000 unless told otherwise
  npm run bench -- --quiet           the server logs no lines of events and attempts
  npm run bench -- --docs            writes table and plots into docs/ too

  npm run bench -- log N             pages of a log with so many rows, and with 10,000
  npm run bench -- cold N            cold starts, so many rounds
  npm run bench -- bill N            what AWS bills for so many events
  npm run bench -- backlog           memory while 100,000 deliveries wait for slow receivers: two minutes
  npm run bench -- scroll            the console's log of 100,000 rows in Chromium: two minutes; npm run console:build first
  npm run bench -- profile           what the server's main thread does at capacity: half a minute
  npm run bench -- restart           how soon the server is ready with 10,000 waiting retries

Each bench writes bench/results/<name>.json and a plot beside it. Exit code 1: something broke, or deliveries were lost.
A target that is missed is no error: the table says so.
`

/** What a run measures. */
export interface Plan {
  readonly names: readonly string[]
  readonly quick: boolean
  /** Undefined: as many as each bench thinks fit. */
  readonly repetitions: number | undefined
  /** The server's `--log-events`. */
  readonly logEvents: boolean
  readonly rows: number
  /** Whether to write into docs/. */
  readonly docs: boolean
}

/** The plan that the arguments ask for, or 'help' when they ask for that. Throws an Error that says what is wrong. */
export function parsePlan(args: readonly string[]): Plan | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      repetitions: { type: 'string' },
      rows: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      docs: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  const names = values.only?.split(',') ?? benchNames
  const unknown = names.find((name) => !benchNames.some((known) => known === name))
  if (unknown !== undefined)
    throw new Error(`--only: there is no bench "${unknown}". There are ${benchNames.join(', ')}.`)
  if (values.docs && (values.quick || values.only !== undefined))
    throw new Error('--docs writes what a whole run came to: leave out --quick and --only.')
  const repetitions = numberOf('--repetitions', values.repetitions, [1, 20])
  const rows = numberOf('--rows', values.rows, [10_000, 100_000_000]) ?? (values.quick ? 100_000 : 10_000_000)
  return { names, quick: values.quick, repetitions, logEvents: !values.quiet, rows, docs: values.docs }
}

function numberOf(
  option: string,
  text: string | undefined,
  [least, most]: readonly [number, number],
): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new Error(`${option} takes a whole number from ${least} to ${most}.`)
}
