import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { usageOf } from '../../bench/process-usage.ts'
import { ApiClient } from '../support/api-client.ts'
import { hostileAnswers } from '../support/hostile-answers.ts'
import { aRawReceiver } from '../support/sender.ts'
import { freePort, ServerProcess } from '../support/server-process.ts'

const minutes = Number(process.env.HOSTILE_MINUTES ?? 0)
const adminToken = 'the-token-of-the-hostile'
const atOnce = 4

// Only when asked for: what a process takes in its first minutes says nothing.
it.runIf(minutes > 0)(
  `keeps the memory of the server flat through ${minutes} minutes of hostile receivers`,
  { timeout: (minutes + 2) * 60_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'webhooks-hostile-'))
    const server = new ServerProcess(await freePort(), {
      args: ['--data', dataDir],
      environment: { ADMIN_TOKEN: adminToken },
    })
    await server.start()
    const api = new ApiClient(server.url, adminToken)
    const receivers = await Promise.all(
      hostileAnswers.map(({ answer }) => aRawReceiver({ onRequest: answer })),
    )
    const webhooks = await Promise.all(receivers.map(({ url }) => api.createWebhook({ url })))
    const startedAt = performance.now()
    const elapsedMs = () => performance.now() - startedAt
    const endMs = minutes * 60_000
    let exchanges = 0
    const attack = async (nth: number) => {
      while (elapsedMs() < endMs) {
        expect((await api.call('POST', `/webhooks/${webhooks[nth]}/test`, {})).status).toBe(200)
        exchanges += 1
        const receiver = receivers[nth]
        if (receiver === undefined) return
        receiver.requests.length = 0
        receiver.connections.length = 0
      }
    }
    const megabytes: number[] = []
    const watch = setInterval(() => megabytes.push(usageOf(server.pid ?? 0).rssBytes / 1e6), 1_000)
    await Promise.all(receivers.flatMap((_, nth) => Array.from({ length: atOnce }, () => attack(nth))))
    clearInterval(watch)
    expect((await api.call('GET', '/health')).status).toBe(200)
    await server.end('SIGTERM')
    await rm(dataDir, { recursive: true, force: true })
    const most = (part: readonly number[]) => Math.max(...part)
    const third = Math.floor(megabytes.length / 3)
    const [early, late] = [most(megabytes.slice(0, third)), most(megabytes.slice(-third))]
    process.stdout.write(
      `hostile receivers: ${exchanges} exchanges in ${minutes} min; most resident memory in the first third ${early.toFixed(0)} MB, in the last ${late.toFixed(0)} MB\n`,
    )
    expect(late - early).toBeLessThan(50)
  },
)
