import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { dataPlace } from './conditions.ts'
import { loadOf } from './load.ts'
import { LoadReport } from './messages.ts'
import { usageOf } from './process-usage.ts'
import { startServer, startWorker } from './processes.ts'
import { setUp } from './set-up.ts'

const deliveries = 100_000
const mostBytes = 300e6
const answersAfterMs = 10_000
// Long enough that all who may be under way have been answered once, and others have taken their places.
const watchedMs = 20_000
const publishedWithinSeconds = 500

/**
 * Measures the server's memory while 100,000 deliveries of 1 KB wait for receivers that take ten seconds for each, of
 * one webhook and of a hundred. Exit code 1 when it was above 300 MB.
 */
export async function main(): Promise<void> {
  const receiver = await startSlowReceiver()
  const publisher = startWorker('publisher.ts')
  try {
    for (const fanOut of [1, 100]) {
      const { waiting, underWay, peakBytes, seconds } = await measure(fanOut, { publisher, receiver })
      process.stdout.write(
        `${fanOut} webhooks: ${waiting.toLocaleString('en')} deliveries wait, ${underWay} are under way, accepted within ${seconds.toFixed(0)} s; memory of the server at its peak ${Math.round(peakBytes / 1e6)} MB\n`,
      )
      if (peakBytes > mostBytes) process.exitCode = 1
    }
  } finally {
    publisher.end()
    receiver.close()
  }
}

type Receiver = Awaited<ReturnType<typeof startSlowReceiver>>

async function startSlowReceiver() {
  const counts = { arrived: 0, underWay: 0 }
  const server = createServer((request, response) => {
    counts.arrived++
    counts.underWay++
    response.once('close', () => counts.underWay--)
    request.resume()
    setTimeout(() => response.end('ok'), answersAfterMs).unref()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { counts, port: typeof address === 'object' && address !== null ? address.port : 0, close }
}

async function measure(
  fanOut: number,
  { publisher, receiver }: { publisher: ReturnType<typeof startWorker>; receiver: Receiver },
) {
  const parent = mkdtempSync(join(dataPlace().parent, 'bench-backlog-'))
  const adminToken = 'the-token-of-the-bench'
  const server = await startServer({ dataDir: parent, adminToken, logEvents: true })
  let peakBytes = 0
  const sampler = setInterval(() => {
    if (server.isRunning()) peakBytes = Math.max(peakBytes, usageOf(server.pid).rssBytes)
  }, 100)
  try {
    const target = await setUp(server.url, { adminToken, fanOut, receiverPort: receiver.port })
    const arrivedBefore = receiver.counts.arrived
    const load = loadOf(target, {
      eventsPerRequest: 1,
      connections: 64,
      seconds: publishedWithinSeconds,
      maxDeliveries: deliveries + 2_000,
    })
    const answer = await Promise.race([publisher.ask(load, 2_000 * publishedWithinSeconds), server.crash])
    const { ids, startedAt, endedAt } = LoadReport.parse(answer)
    await Promise.race([pause(watchedMs), server.crash])
    const waiting = ids.length * fanOut - (receiver.counts.arrived - arrivedBefore)
    return { waiting, underWay: receiver.counts.underWay, peakBytes, seconds: (endedAt - startedAt) / 1_000 }
  } finally {
    clearInterval(sampler)
    await server.stop()
    rmSync(parent, { recursive: true, force: true })
  }
}
