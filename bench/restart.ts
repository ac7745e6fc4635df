import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { jsonLog } from '../functions/adapters/json-log.ts'
import { defaultRetrySchedule } from '../functions/domain/retry-schedule.ts'
import { openDataFolder } from '../local/data-folder.ts'
import { openEngine } from '../local/engine.ts'
import { dataPlace } from './conditions.ts'
import { startServer } from './processes.ts'

const pending = 10_000
const webhooks = 100
const starts = 5

/** Measures how soon the server is ready when 10,000 retries of 100 webhooks wait in its queue. */
export async function main(): Promise<void> {
  const parent = mkdtempSync(join(dataPlace().parent, 'bench-restart-'))
  process.once('exit', () => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }))
  await queueRetries(parent)
  const times: number[] = []
  for (let nth = 0; nth < starts; nth++) {
    const startedAt = performance.now()
    const server = await startServer({ dataDir: parent, adminToken: 'the-token-of-the-bench' })
    await fetch(`${server.url}/health`)
    times.push(performance.now() - startedAt)
    await server.stop()
  }
  times.sort((a, b) => a - b)
  process.stdout.write(
    `Ready with ${pending.toLocaleString('en')} waiting retries of ${webhooks} webhooks, ms: median ${times[Math.floor(starts / 2)]?.toFixed(0)}, longest ${times.at(-1)?.toFixed(0)}\n`,
  )
}

/** Puts the messages on the queue as the delivery worker does, due in ten minutes. */
async function queueRetries(dataDir: string): Promise<void> {
  const settings = {
    port: 0,
    host: '127.0.0.1',
    dataDir,
    adminToken: undefined,
    allowedNetworks: [],
    allowHttp: false,
    allowedPorts: [443],
    retention: 30 * 86_400_000,
    disableAfter: undefined,
    retrySchedule: defaultRetrySchedule,
    logEvents: false,
    development: false,
  }
  const engine = await openEngine(openDataFolder(dataDir), settings, {
    log: jsonLog,
    observe: () => {},
  })
  const notBefore = Date.now() + 10 * 60_000
  await engine.deliveryQueue.send(
    Array.from({ length: pending }, (_, nth) => {
      const webhookId = `whk_${String(nth % webhooks).padStart(16, '0')}`
      const id = `dlv_${String(nth).padStart(26, '0')}${webhookId.slice(4)}`
      const body = {
        delivery_id: id,
        event_type: 'batch_change:apply',
        attempt: 2,
        trigger: 'event' as const,
      }
      return { id: `${id}/2`, body, group: webhookId, notBefore }
    }),
  )
  await engine.close()
}
