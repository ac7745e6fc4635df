import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, type Figure, ratios, type Setting } from './bench.ts'
import { deliveryCost } from './delivery-cost.ts'
import { eventBody, eventType } from './load.ts'
import { type PageTimes, pageTimes } from './log-pages.ts'
import { seedLog } from './log-seed.ts'
import type { Workers } from './phase.ts'
import { type ServerProcess, startServer } from './processes.ts'
import { setUp } from './set-up.ts'
import { endWorkers, startWorkers } from './throughput.ts'

const adminToken = 'the-token-of-the-bench'
const fewRows = 1_000
/** What ten million rows need on the disk, and some more. */
const bytesPerRow = 1_800
const seedingSeconds = 360

/** What a long log does: to its pages, and to what a delivery costs. */
export const log: Bench = {
  name: 'log',
  target: 'cost per delivery flat from 1,000 to 10 million log rows; a page of the log ≤ 20 ms at any depth',
  run: async (setting) => {
    const parent = mkdtempSync(join(setting.parent, 'log-'))
    try {
      const { bavail, bsize } = statfsSync(parent)
      if (bavail * bsize < setting.rows * bytesPerRow)
        throw new Error(
          `${setting.rows.toLocaleString('en')} rows take more room than is free on the disk: give fewer with --rows.`,
        )
      const dataDirs: { rows: number; dataDir: string }[] = []
      for (const rows of [fewRows, setting.rows]) {
        setting.say(`writing ${rows.toLocaleString('en')} rows`)
        const dataDir = join(parent, String(rows))
        dataDirs.push({ rows: await seedLog(dataDir, rows, seedingSeconds), dataDir })
      }
      await setting.alone()
      return await measure(dataDirs, setting)
    } finally {
      rmSync(parent, { recursive: true, force: true, maxRetries: 5 })
    }
  },
}

interface Variant {
  readonly rows: number
  readonly server: ServerProcess
  readonly readyMs: number
  readonly pages: readonly PageTimes[]
  readonly costs: number[]
}

async function measure(
  dataDirs: readonly { rows: number; dataDir: string }[],
  { quick, repetitions, logEvents, say }: Setting,
) {
  const workers = await startWorkers()
  const variants: Variant[] = []
  try {
    for (const { rows, dataDir } of dataDirs) {
      say(`pages of ${rows.toLocaleString('en')} rows`)
      const startedAt = performance.now()
      const server = await startServer({ dataDir, adminToken, logEvents })
      const readyMs = performance.now() - startedAt
      const pages = await pageTimes({ url: server.url, adminToken }, quick ? 50 : 200)
      variants.push({ rows, server, readyMs, pages, costs: [] })
    }
    say('deliveries')
    await measureCosts(variants, { workers, rounds: repetitions ?? (quick ? 2 : 5), seconds: quick ? 2 : 3 })
  } finally {
    endWorkers(workers)
    await Promise.all(variants.map(({ server }) => server.stop()))
  }
  return outcomeOf(variants)
}

async function measureCosts(
  variants: readonly Variant[],
  { workers, rounds, seconds }: { workers: Workers; rounds: number; seconds: number },
): Promise<void> {
  const targets = await Promise.all(
    variants.map(({ server }) =>
      setUp(server.url, { adminToken, fanOut: 1, receiverPort: workers.receiverPort }),
    ),
  )
  // The first round warms up.
  for (let round = 0; round <= rounds; round++)
    for (let turn = 0; turn < variants.length; turn++) {
      const nth = (round + turn) % variants.length
      const [variant, target] = [variants[nth], targets[nth]]
      if (variant === undefined || target === undefined) continue
      const { server, costs } = variant
      const cost = await deliveryCost({ server, workers, seconds }, target, [eventBody(eventType)])
      if (round > 0) costs.push(cost)
    }
}

function outcomeOf(variants: readonly Variant[]) {
  const [few, many] = variants
  const rowsText = (rows: number) => `${rows.toLocaleString('en')} rows`
  const p99s = (many?.pages ?? []).map(
    ({ page, p99 }): Figure => ({
      ...{ label: `${page}, p99`, unit: 'ms', digits: 1, values: [p99] },
      target: { atMost: 20 },
    }),
  )
  const p50s = (many?.pages ?? []).map(
    ({ page, p50 }): Figure => ({ label: `${page}, p50`, unit: 'ms', digits: 1, values: [p50] }),
  )
  const costs = variants.map(
    ({ rows, costs }): Figure => ({ label: `CPU a million, ${rowsText(rows)}`, unit: 's', values: costs }),
  )
  return {
    figures: [
      ...p99s.flatMap((p99, nth) => [...p50s.slice(nth, nth + 1), p99]),
      ...variants.map(
        ({ rows, readyMs }): Figure => ({
          label: `${rowsText(rows)}: ready after`,
          unit: 'ms',
          values: [readyMs],
        }),
      ),
      ...costs,
      {
        label: `${rowsText(many?.rows ?? 0)} ÷ ${rowsText(few?.rows ?? 0)}`,
        ...{ unit: '×', digits: 2, values: ratios(many?.costs ?? [], few?.costs ?? []) },
        target: { atMost: 1.2 },
      },
    ],
    plot: { title: `Pages of a log of ${rowsText(many?.rows ?? 0)}, over HTTP`, bars: p99s },
    notes: [
      `Pages are those of the log of ${rowsText(many?.rows ?? 0)}; those of the short one are in the JSON. Rows are deliveries with an attempt each, over 25 days, 1 % of them failed, written straight into the tables. Deliveries: 400 a second by schedule, the servers side by side and by turns; flat is at most a fifth more.`,
    ],
    details: variants.map(({ rows, readyMs, pages, costs }) => ({ rows, readyMs, pages, costs })),
  }
}
