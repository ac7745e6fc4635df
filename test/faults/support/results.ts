import { appendFileSync } from 'node:fs'
import type { Comparison } from './ledgers.ts'

/** A row of the table in docs/reliability.md. */
export interface FaultResult extends Comparison {
  readonly number: string
  readonly title: string
  readonly engine: string
  readonly deadLetters: number
  readonly kills: number
  readonly seconds: number
  readonly note: string | undefined
}

/** Adds a result to the file that `npm run faults` makes its table of; does nothing in an ordinary test run. */
export function writeResult(result: FaultResult): void {
  const file = process.env.FAULT_RESULTS
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(result)}\n`)
}
