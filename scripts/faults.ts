import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'

const Result = z.object({
  number: z.string(),
  title: z.string(),
  engine: z.string(),
  accepted: z.number(),
  deliveries: z.number(),
  lost: z.array(z.string()),
  untrue: z.array(z.string()),
  unaccepted: z.number(),
  duplicates: z.number(),
  unlogged: z.number(),
  kills: z.number(),
  seconds: z.number(),
  note: z.string().optional(),
})
type Result = z.output<typeof Result>

const file = new URL('../docs/reliability.md', import.meta.url)
const [begin, end] = ['<!-- results: written by npm run faults -->', '<!-- end of results -->']

/** `npm run faults [EVENTS]`: runs the matrix of faults with so many events each, and writes its table into the docs. */
export async function main([events = '1000']: readonly string[]): Promise<void> {
  if (!/^[1-9]\d*$/.test(events)) {
    process.stderr.write('Give how many events each fault is to have: npm run faults -- 1000\n')
    process.exitCode = 1
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  const results = join(folder, 'results.jsonl')
  writeFileSync(results, '')
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        'test/faults',
        '--maxWorkers',
        '2',
        '--testTimeout',
        '1200000',
      ],
      { stdio: 'inherit', env: { ...process.env, FAULT_EVENTS: events, FAULT_RESULTS: results } },
    )
    if (status !== 0) {
      process.exitCode = status ?? 1
      return
    }
    writeTable(results)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Writes the table of the results in a file, a line of JSON each, into the docs. */
export function writeTable(results: string): void {
  const rows = readFileSync(results, 'utf8')
    .trim()
    .split('\n')
    .map((line) => Result.parse(JSON.parse(line)))
  const text = readFileSync(file, 'utf8')
  const [before, after] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))]
  writeFileSync(file, `${before}${begin}\n\n${tableOf(rows)}\n\n${after}`)
}

function tableOf(rows: readonly Result[]): string {
  const head = ['#', 'fault', 'engine', 'events', 'deliveries', 'lost', 'twice', 'unlogged', 'kills', 's', '']
  const lines = rows
    .toSorted((one, other) => Number.parseInt(one.number, 10) - Number.parseInt(other.number, 10))
    .map((row) => [
      ...[row.number, row.title, row.engine, row.accepted, row.deliveries, row.lost.length, row.duplicates],
      ...[row.unlogged, row.kills, row.seconds.toFixed(1), row.note ?? ''],
    ])
  const date = new Date().toISOString().slice(0, 10)
  return [
    `${rows.length} runs, ${date}, Node ${process.versions.node}.`,
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n')
}
