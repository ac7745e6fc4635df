import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { ApiClient } from '../support/api-client.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { freePort, ServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'

const events = 600
const rate = 100
const adminToken = 'the-token-of-the-replay-test'
const Replay = z.object({ id: z.string(), status: z.string(), queued: z.number(), matched: z.number() })

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'goes on with a replay after %s, and sends each event once',
  { timeout: 300_000 },
  async (signal) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'webhooks-replay-'))
    const receiver = await startTestReceiver()
    const server = new ServerProcess(await freePort(), {
      args: ['--data', dataDir],
      environment: { ADMIN_TOKEN: adminToken },
    })
    await server.start()
    const api = new ApiClient(server.url, adminToken)
    const webhook = await api.createWebhook({ url: receiver.url, enabled: false })
    const published: string[] = []
    for (let n = 0; n < events; n += 100) {
      const data = Array.from({ length: 100 }, (_, nth) => ({ type: 'a:b', payload: { n: n + nth } }))
      const { body } = await api.call('POST', '/events', data)
      published.push(
        ...z
          .object({ data: z.array(z.object({ id: z.string() })) })
          .parse(body)
          .data.map(({ id }) => id),
      )
    }
    const wanted = { since: new Date(Date.now() - 60_000).toISOString(), include: 'missed', rate }
    const replay = async (over: object) =>
      Replay.parse((await api.call('POST', `/webhooks/${webhook}/replay`, { ...wanted, ...over })).body)
    await until(async () => (await replay({ dry_run: true })).matched === events)
    await api.call('PATCH', `/webhooks/${webhook}`, { enabled: true })

    const { id } = await replay({})
    for (const share of [0.2, 0.5]) {
      await receiver.arrived(share * events)
      await server.end(signal)
      expect(receiver.requests.length).toBeLessThan(events)
      await server.start()
    }
    const end = await until(
      async () => {
        const found = Replay.parse((await api.call('GET', `/replays/${id}`)).body)
        return found.status !== 'running' && found
      },
      { timeoutMs: 60_000 },
    )
    expect(end).toMatchObject({ status: 'finished', queued: events, matched: events })
    await receiver.arrived(events)
    await until(async () => (await replay({ include: 'all', dry_run: true })).matched === events, {
      // Killed between the log and the queue, a delivery is found by the sweep some minutes later.
      timeoutMs: 240_000,
    })
    const ids = receiver.requests.map(({ headers }) => String(headers['webhook-id']))
    expect(new Set(ids)).toEqual(new Set(published))
    // What was on its way to the receiver when the process was killed is sent again: at most what one webhook may have there.
    expect(ids.length - events).toBeLessThanOrEqual(signal === 'SIGKILL' ? 2 * 64 : 0)
    await server.end('SIGTERM')
    await receiver.close()
    await rm(dataDir, { recursive: true, force: true })
  },
)
