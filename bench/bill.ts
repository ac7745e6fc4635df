import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type BillCase, billOfCase, type Publisher } from './bill-cases.ts'
import type { Bill } from './bill-count.ts'
import { idleMonth } from './bill-idle.ts'
import prices from './prices.json' with { type: 'json' }

const priced = ['apiRequests', 'writeUnits', 'readUnits', 'queueRequests', 'invocations'] as const

/** Dollars for a million deliveries, by what they are paid for; Lambda's seconds are not among it. */
export function dollarsPerMillion(bill: Bill): Readonly<Record<(typeof priced)[number] | 'sum', number>> {
  const parts = priced.map((unit) => [unit, (bill[unit] * prices[unit]) / bill.deliveries] as const)
  const sum = parts.reduce((total, [, dollars]) => total + dollars, 0)
  const byUnit = Object.fromEntries(parts)
  return { apiRequests: 0, writeUnits: 0, readUnits: 0, queueRequests: 0, invocations: 0, ...byUnit, sum }
}

/** Dollars for what a million deliveries write to CloudWatch Logs. */
export function logDollarsPerMillion({ logBytes, deliveries }: Bill): number {
  return ((logBytes / 1e9) * prices.logGigabytes * 1e6) / deliveries
}

const publishers: readonly Publisher[] = [{ eventsPerRequest: 1 }, { eventsPerRequest: 10 }, 'sourcegraph']
const cases = publishers.flatMap((publisher) =>
  [1, 3, 10, 100].map((fanOut): BillCase => ({ publisher, fanOut })),
)
/** What must not make a delivery dearer. */
const grown: readonly BillCase[] = [
  { webhooks: 500, events: 0 },
  { webhooks: 0, events: 2_000 },
].map((beside) => ({ publisher: { eventsPerRequest: 10 }, fanOut: 1, beside }))

/** `npm run bench -- bill [EVENTS]`: what AWS bills, counted from real calls, and its price. */
export async function main([count = '1000']: readonly string[]): Promise<void> {
  const events = Number(count)
  if (!Number.isInteger(events) || events < 10 || events % 10 !== 0)
    throw new Error('Give a number of events that ten divides.')
  const rows: Record<string, string | number>[] = []
  for (const one of [...cases, ...grown]) {
    const { publisher, fanOut, beside } = one
    // The emulators take their time for a hundred deliveries an event.
    const bill = await billOfCase(one, fanOut > 10 ? Math.max(10, Math.round(events / 200) * 10) : events)
    const { sum, ...dollars } = dollarsPerMillion(bill)
    const who = publisher === 'sourcegraph' ? 'Sourcegraph' : `token, ${publisher.eventsPerRequest} a request`
    const by =
      beside === undefined ? who : `${who}, beside ${beside.webhooks} webhooks and ${beside.events} events`
    rows.push({
      by,
      fanOut,
      ...bill,
      ...rounded({ ...dollars, sum, logs: logDollarsPerMillion(bill) }),
    })
    process.stderr.write(`${by}, fan-out ${fanOut}: $${sum.toFixed(2)} per million deliveries\n`)
  }
  const idle: Record<string, string | number>[] = []
  // One after the other: the template is made at once, and holds up the emulators.
  for (const webhooks of [0, 100]) idle.push({ webhooks, ...rounded(await idleMonth(webhooks)) })
  process.stdout.write(`${JSON.stringify({ events, prices: prices.date, rows, idle }, null, 2)}\n`)
  const folder = fileURLToPath(new URL('results', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/bill.json`, `${JSON.stringify({ events, prices, rows, idle }, null, 2)}\n`)
}

function rounded(dollars: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(dollars).map(([name, value]) => [`$ ${name}`, value.toFixed(3)]))
}
