import { parseArgs } from 'node:util'
import type { Pace, Scenario } from './scenario.ts'

/** What `--help` prints. */
export const helpText = `Measures the embedded server as a user runs it, with a publisher and a receiver beside it.

  npm run bench                         three repetitions, about three minutes
  npm run bench -- --quick              one, about half a minute
  npm run bench -- --repetitions N
  npm run bench -- --quiet              the server logs no lines of events and attempts
  npm run bench -- log 10000000         pages of a log with that many rows, and with 10,000; 15 GB of disk
  npm run bench -- backlog              memory while 100,000 deliveries wait for slow receivers; about two minutes
  npm run bench -- restart              how soon it is ready with 10,000 waiting retries

The figures are printed, and written with all raw ones to bench/results/latest.json. Exit code 1: deliveries were lost.
`

/** What is measured, in this order in every repetition. */
export const scenarios: readonly Scenario[] = [
  { name: 'Fan-out 1, one event a request', fanOut: 1, eventsPerRequest: 1 },
  { name: 'Fan-out 1, ten events a request', fanOut: 1, eventsPerRequest: 10 },
  { name: 'Fan-out 10, one event a request', fanOut: 10, eventsPerRequest: 1 },
  { name: 'Fan-out 10, ten events a request', fanOut: 10, eventsPerRequest: 10 },
]

/** How much a run measures. */
export interface Plan extends Pace {
  readonly repetitions: number
  /** The server's `--log-events`. */
  readonly logEvents: boolean
  readonly limitSeconds: number
  /** No repetition is begun when it would probably end later than this. */
  readonly budgetSeconds: number
}

const connections = 64
const thorough: Plan = {
  logEvents: true,
  repetitions: 3,
  warmUpSeconds: 1,
  capacitySeconds: 5,
  capacityDeliveries: 40_000,
  latencySeconds: 5,
  limitSeconds: 1,
  connections,
  budgetSeconds: 235,
}
const quick: Plan = {
  logEvents: true,
  repetitions: 1,
  warmUpSeconds: 0.5,
  capacitySeconds: 2,
  capacityDeliveries: 10_000,
  latencySeconds: 2,
  limitSeconds: 0.3,
  connections,
  budgetSeconds: 40,
}

/** The plan that the arguments ask for, or 'help' when they ask for that. Throws an Error that says what is wrong. */
export function parsePlan(args: readonly string[]): Plan | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      repetitions: { type: 'string' },
      quiet: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  const plan = values.quick === true ? quick : thorough
  const repetitions = Number(values.repetitions ?? plan.repetitions)
  if (!Number.isInteger(repetitions) || repetitions < 1 || repetitions > 20)
    throw new Error('--repetitions takes a number from 1 to 20.')
  // Who asks for more repetitions has the time for them.
  const budgetSeconds = plan.budgetSeconds * Math.max(1, repetitions / plan.repetitions)
  return { ...plan, repetitions, budgetSeconds, logEvents: values.quiet !== true }
}
