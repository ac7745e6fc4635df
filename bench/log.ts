import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod/mini'
import { conditions, dataPlace } from './conditions.ts'
import { busiestWebhook, rareType, seededSpanMs, seedLog } from './log-seed.ts'
import { startServer } from './processes.ts'

const adminToken = 'the-token-of-the-bench'
const requests = 200
const log = `/webhooks/${busiestWebhook}/deliveries`
const Page = z.object({ data: z.array(z.object({ id: z.string(), event_id: z.optional(z.string()) })) })

/** A page of the log somewhere within the time that it reaches back. */
const anyDepth = () =>
  Buffer.from(`${Math.floor(Date.now() - Math.random() * seededSpanMs)}/dlv_${'z'.repeat(42)}`).toString(
    'base64url',
  )

const pages: readonly (readonly [string, () => string])[] = [
  ["a webhook's log, first page of 100", () => `${log}?limit=100`],
  ['at any depth', () => `${log}?limit=100&cursor=${anyDepth()}`],
  ['errors only, at any depth', () => `${log}?limit=100&errors_only=true&cursor=${anyDepth()}`],
  ['one status, at any depth', () => `${log}?limit=100&status=exhausted&cursor=${anyDepth()}`],
  ['a rare event type, at any depth', () => `${log}?limit=100&event_type=${rareType}&cursor=${anyDepth()}`],
  ['events, first page of 100', () => '/events?limit=100'],
  ['webhooks with their counts', () => '/webhooks'],
]

interface Row {
  readonly page: string
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Measures how long pages of the log take, over HTTP, with a few rows and with many. */
export async function main([rowsText = '10000000']: readonly string[]): Promise<void> {
  const many = Number(rowsText)
  if (!Number.isInteger(many) || many < 10_000) {
    process.stderr.write('npm run bench -- log takes a number of rows, 10000 or more.\n')
    process.exit(1)
  }
  const place = dataPlace()
  const parent = mkdtempSync(join(place.parent, 'bench-log-'))
  process.once('exit', () => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }))
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
  const results: { rows: number; readyMs: number; pages: Row[] }[] = []
  for (const rows of [10_000, many]) {
    process.stderr.write(`${rows.toLocaleString('en')} rows: writing them\n`)
    const dataDir = join(parent, String(rows))
    await seedLog(dataDir, rows)
    results.push({ rows, ...(await measure(dataDir)) })
  }
  process.stdout.write(tableOf(results))
  const folder = fileURLToPath(new URL('results', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'log.json'),
    `${JSON.stringify({ conditions: await conditions(place), results }, null, 2)}\n`,
  )
}

async function measure(dataDir: string): Promise<{ readyMs: number; pages: Row[] }> {
  const startedAt = performance.now()
  const server = await startServer({ dataDir, adminToken })
  const readyMs = performance.now() - startedAt
  const get = async (path: string) => {
    const began = performance.now()
    const response = await fetch(server.url + path, { headers: { Authorization: `Bearer ${adminToken}` } })
    Page.parse(await response.json())
    return performance.now() - began
  }
  const rows: Row[] = []
  for (const [page, path] of pages) {
    // Once to warm up: the first request of all compiles the code that it runs through.
    await get(path())
    const times: number[] = []
    for (let nth = 0; nth < requests; nth++) times.push(await get(path()))
    times.sort((a, b) => a - b)
    rows.push({ page, p50Ms: times[requests / 2] ?? 0, p99Ms: times[Math.floor(requests * 0.99)] ?? 0 })
  }
  await server.stop()
  return { readyMs, pages: rows }
}

function tableOf(results: readonly { rows: number; readyMs: number; pages: readonly Row[] }[]): string {
  const [few, many] = results
  const width = 38
  const head = `${'ms, p50 / p99'.padEnd(width)}${results.map(({ rows }) => `${rows.toLocaleString('en')} rows`.padStart(20)).join('')}\n`
  const cell = (row: Row | undefined) => `${row?.p50Ms.toFixed(1)} / ${row?.p99Ms.toFixed(1)}`.padStart(20)
  const body = (few?.pages ?? []).map(
    (row, index) => `${row.page.padEnd(width)}${cell(row)}${cell(many?.pages[index])}\n`,
  )
  const ready = `${'server ready after'.padEnd(width)}${results.map(({ readyMs }) => readyMs.toFixed(0).padStart(20)).join('')}\n`
  return head + body.join('') + ready
}
