import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import * as z from 'zod/mini'
import { conditions, dataPlace } from './conditions.ts'
import { busiestWebhook, seedLog } from './log-seed.ts'
import { startServer } from './processes.ts'
import { type LatencySummary, summarise } from './statistics.ts'

const adminToken = 'the-token-of-the-bench'
// Two of three rows are the busiest webhook's, so that its log has 100,000.
const seededRows = 150_000
const seededWithinSeconds = 120
const scrolledMs = 10_000
const loadedWithinMs = 240_000

/** Runs in the page: keeps how long each frame took, until `frames` is asked for. */
const watchFrames = `(() => {
  const frames = []
  let last = performance.now()
  let isOn = true
  const next = (now) => {
    frames.push(now - last)
    last = now
    if (isOn) requestAnimationFrame(next)
  }
  requestAnimationFrame(next)
  globalThis.takeFrames = () => { isOn = false; return frames.slice(1) }
})()`

/** Measures how smoothly the console scrolls through a log of about 100,000 rows: while it loads them, and after. */
export async function main(): Promise<void> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  if (
    !existsSync(executablePath) ||
    !existsSync(fileURLToPath(new URL('../console/dist', import.meta.url)))
  ) {
    process.stderr.write(
      'This takes Chromium (CHROMIUM names another) and the console: npm run console:build.\n',
    )
    process.exit(1)
  }
  const place = dataPlace()
  const dataDir = mkdtempSync(join(place.parent, 'bench-scroll-'))
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
  await seedLog(dataDir, seededRows, seededWithinSeconds)
  const server = await startServer({ dataDir, adminToken })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } })
    await page.goto(`${server.url}/console/`)
    await page.getByLabel('API token').fill(adminToken)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    await page.goto(`${server.url}/console/#/webhooks/${busiestWebhook}`)
    await page.locator('.log-row').first().waitFor()
    await page.locator('.windowed-box').hover()
    const startedAt = performance.now()
    const loading = await framesDuring(page, () => scrollToEnd(page))
    const loadedMs = performance.now() - startedAt
    const rows = await rowCount(page)
    const scrolling = await framesDuring(page, () => scrollAbout(page))
    const results = { rows, loadedMs, loading, scrolling }
    process.stdout.write(textOf(results))
    const folder = fileURLToPath(new URL('results', import.meta.url))
    mkdirSync(folder, { recursive: true })
    const measured = { conditions: await conditions(place), browser: browser.version(), ...results }
    writeFileSync(join(folder, 'scroll.json'), `${JSON.stringify(measured, null, 2)}\n`)
  } finally {
    await browser.close()
    await server.stop()
  }
}

/** Frames while something is done, and how long the page's own thread computed for each, on the processor's clock. */
type Smoothness = LatencySummary & { readonly cpuMsPerFrame: number }

const Metrics = z.object({ metrics: z.array(z.object({ name: z.string(), value: z.number() })) })

async function framesDuring(page: Page, act: () => Promise<void>): Promise<Smoothness> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busySeconds = async () =>
    z
      .parse(Metrics, await session.send('Performance.getMetrics'))
      .metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  const before = await busySeconds()
  await page.evaluate(watchFrames)
  await act()
  const frames = summarise(z.parse(z.array(z.number()), await page.evaluate('takeFrames()')))
  const cpuMs = 1_000 * ((await busySeconds()) - before)
  await session.detach()
  return { ...frames, cpuMsPerFrame: cpuMs / frames.count }
}

/** By the wheel, faster than rows come, until there are no more. */
async function scrollToEnd(page: Page): Promise<void> {
  const endsAt = performance.now() + loadedWithinMs
  while (await page.getByText('Loading more…').count()) {
    if (performance.now() > endsAt) throw new Error(`Only ${await rowCount(page)} rows came in time.`)
    await page.mouse.wheel(0, 20_000)
  }
}

/** Up and down through all of them, each turn of the wheel a few hundred rows. */
async function scrollAbout(page: Page): Promise<void> {
  const endsAt = performance.now() + scrolledMs
  for (let way = -1; performance.now() < endsAt; way = -way)
    for (let turn = 0; turn < 100; turn++) await page.mouse.wheel(0, way * 20_000)
}

async function rowCount(page: Page): Promise<number> {
  return Number(await page.locator('[aria-setsize]').first().getAttribute('aria-setsize'))
}

function textOf({
  rows,
  loadedMs,
  loading,
  scrolling,
}: {
  rows: number
  loadedMs: number
  loading: Smoothness
  scrolling: Smoothness
}): string {
  const line = (name: string, { count, p50, p90, p99, max, cpuMsPerFrame }: Smoothness) =>
    `${name.padEnd(30)}${[p50, p90, p99, max].map((ms) => ms.toFixed(1)).join(' / ')} (${count} frames, ${cpuMsPerFrame.toFixed(1)} ms of CPU each)\n`
  return `${rows.toLocaleString('en')} rows, all of them loaded in ${(loadedMs / 1_000).toFixed(0)} s\nms a frame, p50 / p90 / p99 / longest\n${line('while they load', loading)}${line('up and down through all', scrolling)}`
}
