import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { freePort, ServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'
import { type CommandLine, commandLineFor, type Ran } from './support/command-line.ts'

/** A tail that runs, and what it has printed so far. */
function follow(cli: CommandLine, args: readonly string[]) {
  const stop = new AbortController()
  const seen = { text: '' }
  const ended: Promise<Ran> = cli.run(['deliveries', 'tail', ...args], {
    stop: stop.signal,
    pauseMs: 20,
    onText: (text) => {
      seen.text += text
    },
  })
  return {
    seen,
    prints: (pattern: RegExp) =>
      until(() => pattern.test(seen.text), { what: String(pattern), timeoutMs: 15_000 }),
    end: () => {
      stop.abort()
      return ended
    },
  }
}

describe('tail', () => {
  let server: TestServer
  let receiver: TestReceiver
  let cli: CommandLine

  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver((request, response, count) => {
      response.statusCode = request.path === '/fails-once' && count === 1 ? 503 : 200
      response.end()
    })
    cli = commandLineFor(server.url, adminToken)
  })
  afterAll(async () => {
    cli.remove()
    await receiver.close()
    await server.remove()
  })

  const webhookAt = (path: string, type: string) =>
    server.api.createWebhook({
      url: `${receiver.url}${path}`,
      event_types: [type],
      retry_schedule: ['0s', '1s'],
    })
  const delivered = (id: string) =>
    until(async () => (await server.api.deliveries(id)).find(({ status }) => status === 'delivered'))

  it('prints each delivery once and each change of it, and nothing from before; Ctrl-C is a success', async () => {
    const id = await webhookAt('/fails-once', 'tail:one')
    await server.api.publish('tail:one', 'before')
    const before = await delivered(id)
    const tail = follow(cli, [id])
    await tail.prints(/Following the log/)
    await server.api.publish('tail:one', 'after')
    await tail.prints(
      /retrying .* attempt 1 {2}The receiver answered 503[\s\S]*delivered .* attempt 2 {2}answered 200/,
    )
    const { code, out } = await tail.end()
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toHaveLength(2)
    expect(out).not.toContain(before.id)
  })

  it('shows what changes that began before it', async () => {
    const id = await webhookAt('/fails-once', 'tail:early')
    await server.api.publish('tail:early', {})
    await until(async () => (await server.api.deliveries(id)).find(({ status }) => status === 'retrying'))
    const tail = follow(cli, [id])
    await tail.prints(/delivered/)
    expect((await tail.end()).out.trim().split('\n')).toHaveLength(1)
  })

  it('begins where it is told, follows all webhooks, those that are created meanwhile too, and prints JSON lines', async () => {
    const id = await webhookAt('/', 'tail:all')
    await server.api.publish('tail:all', {})
    await delivered(id)
    const tail = follow(cli, ['--since', '1h', '--json'])
    await tail.prints(/tail:all/)
    const later = await webhookAt('/', 'tail:later')
    await server.api.publish('tail:later', {})
    await tail.prints(/tail:later/)
    const lines = (await tail.end()).out
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(lines).toContainEqual(expect.objectContaining({ webhook_id: id, status: 'delivered' }))
    expect(lines).toContainEqual(expect.objectContaining({ webhook_id: later, status: 'delivered' }))
  })

  it('prints failures only where that is asked', async () => {
    const id = await webhookAt('/fails-once', 'tail:errors')
    const tail = follow(cli, [id, '--errors'])
    await tail.prints(/Following/)
    await server.api.publish('tail:errors', {})
    await delivered(id)
    await tail.prints(/retrying/)
    expect((await tail.end()).out).not.toContain('delivered')
  })

  it('ends at once when there is no such webhook', async () => {
    expect(await follow(cli, ['whk_nope']).end()).toMatchObject({ code: 3 })
  })

  it('outlives an outage of the API, says so, and misses nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webhooks-tail-'))
    const args = ['--data', folder]
    const other = new ServerProcess(await freePort(), { args, environment: { ADMIN_TOKEN: adminToken } })
    await other.start()
    const api = new ApiClient(other.url, adminToken)
    const id = await api.createWebhook({ url: receiver.url, event_types: ['*'] })
    const tail = follow(cli, [id, '--url', other.url, '--token', adminToken])
    await tail.prints(/Following/)
    await other.end('SIGKILL')
    await tail.prints(/Asking again until it answers\./)
    await other.start()
    await api.publish('tail:outage', {})
    await tail.prints(/The API answers again\./)
    await tail.prints(/tail:outage.*answered 200/)
    expect(await tail.end()).toMatchObject({ code: 0 })
    await other.end('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
})
