import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as z from 'zod/mini'
import type { Bench, Figure } from './bench.ts'

const start = fileURLToPath(new URL('start.js', import.meta.url))
const written = fileURLToPath(new URL('results/bill.json', import.meta.url))
const Rows = z.object({
  rows: z.array(z.looseObject({ by: z.string(), fanOut: z.number(), '$ sum': z.string() })),
})

/** Dollars per million deliveries, by events a request and fan-out. */
const targets: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  'token, 1 a request': { 1: 6, 3: 2.8, 10: 1.6 },
  'token, 10 a request': { 1: 3, 3: 1.6, 10: 1.1 },
}

/** What AWS bills, counted from real calls. In a process of its own: others may go by time beside it. */
export const dollars: Bench = {
  name: 'dollars',
  target:
    'exact counts from real calls for 1,000 events at fan-out 1, 3 and 10, asserted in tests; ≤ $6.0 / 2.8 / 1.6 per million deliveries; with events posted ten at a time ≤ $3.0 / 1.6 / 1.1',
  run: async ({ quick }) => {
    const events = quick ? 50 : 1_000
    const child = spawn(process.execPath, [start, 'bill', String(events)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    process.once('exit', () => child.kill('SIGKILL'))
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`The bill was not counted: its process ended with ${code}.`)
    const { rows } = Rows.parse(JSON.parse(readFileSync(written, 'utf8')))
    const bars = rows.map(({ by, fanOut, '$ sum': sum }): Figure => {
      const atMost = targets[by]?.[fanOut]
      const figure = { label: `${by}, fan-out ${fanOut}`, unit: '$', digits: 2, values: [Number(sum)] }
      return atMost === undefined ? figure : { ...figure, target: { atMost } }
    })
    return {
      figures: bars,
      plot: { title: 'What AWS bills for a million deliveries', bars },
      notes: [
        `Counted for ${events.toLocaleString('en')} events of 1 KB, delivered at the first attempt, over emulators; prices of bench/prices.json; without gigabyte-seconds, traffic and logs.`,
      ],
      details: rows,
    }
  },
}
