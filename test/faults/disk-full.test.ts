import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { ApiClient } from '../support/api-client.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { freePort, ServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'
import { eventCount } from './support/run.ts'

const adminToken = 'the-token-of-the-full-disk'
const text = 'x'.repeat(20_000)
// Full after some 60 events, or after more than 1,000.
const isWhole = eventCount >= 1_000
const maxFileKib = isWhole ? 32 * 1_024 : 4_096
const Accepted = z.object({ id: z.string() })

it('answers 503 while the disk is full, and loses nothing that it accepted before', {
  timeout: 120_000,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'webhooks-full-'))
  const server = new ServerProcess(await freePort(), {
    args: ['--data', dataDir],
    environment: { ADMIN_TOKEN: adminToken },
  })
  const received = new Map<string, number>()
  const receiver = await startTestReceiver((request, response) => {
    const id = String(request.headers['webhook-id'])
    received.set(id, (received.get(id) ?? 0) + 1)
    response.end()
  })
  try {
    await server.start({ maxFileKib })
    const api = new ApiClient(server.url, adminToken)
    await api.createWebhook({ url: receiver.url })
    const accepted: string[] = []
    const refused = new Set<number>()
    for (let nth = 0; nth < 5_000 && refused.size === 0; nth++) {
      const { status, body } = await api.call('POST', '/events', { type: 'a:b', payload: { nth, text } })
      if (status === 202) accepted.push(Accepted.parse(body).id)
      else refused.add(status)
    }
    expect(accepted.length).toBeGreaterThan(isWhole ? 1_000 : 10)
    expect([...refused]).toEqual([503])
    // It goes on serving what needs no room.
    expect((await api.call('GET', '/webhooks')).status).toBe(200)
    await server.end('SIGKILL')

    await server.start()
    const { status, body } = await api.call('POST', '/events', { type: 'a:b', payload: {} })
    expect(status).toBe(202)
    accepted.push(Accepted.parse(body).id)
    await until(() => accepted.every((id) => received.has(id)), { what: 'every event to arrive' })
    await server.end('SIGTERM')
    expect([...received.keys()].toSorted()).toEqual(accepted.toSorted())
    process.stdout.write(
      `a full disk: ${accepted.length} accepted, ${received.size} delivered, ${[...received.values()].filter((count) => count > 1).length} twice\n`,
    )
  } finally {
    await server.end('SIGKILL')
    await receiver.close()
    await rm(dataDir, { recursive: true, force: true })
  }
})
