import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpoints } from '../../functions/api/endpoints.ts'
import { receivedFor } from '../support/received.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/signed-by.ts'
import { until } from '../support/until.ts'
import { type CommandLine, commandLineFor } from './support/command-line.ts'

const has = (path: string) => endpoints.some((endpoint) => endpoint.path === path)
const areThere = has('/webhooks/{id}/replay') && has('/events/{id}/payload')

// The API gets replays and erasure on branches of their own.
describe.skipIf(!areThere)('three in the morning (needs replays and erasure)', () => {
  let server: TestServer
  let receiver: TestReceiver
  let cli: CommandLine
  let isUp = false

  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver((_request, response) => {
      response.statusCode = isUp ? 200 : 500
      response.end()
    })
    cli = commandLineFor(server.url, adminToken)
  })
  afterAll(async () => {
    cli.remove()
    await receiver.close()
    await server.remove()
  })

  it('brings back a webhook whose receiver was down, whose secret leaked, with an event that must go', async () => {
    const created = ['webhooks', 'create', receiver.url, '--type', '*', '--retry-schedule', '0s', '--json']
    const id = (await cli.run(created)).text('id')
    const failed = await server.api.publish('night:failed', { name: 'Alice' })
    const personal = await server.api.publish('night:personal', { email: 'alice@example.com' })
    await until(async () => (await server.api.deliveries(id, '?status=exhausted')).length === 2)
    expect((await cli.run(['health', 'webhooks'])).out).toMatch(new RegExp(`${id} +failing: 2 attempts`))
    await cli.run(['webhooks', 'disable', id])
    const missed = await server.api.publish('night:missed', {})
    await until(async () => (await cli.run(['events', 'show', missed])).out.includes(id))

    expect((await cli.run(['webhooks', 'list'])).out).toMatch(new RegExp(`${id} +off `))
    expect((await cli.run(['deliveries', 'list', id, '--errors', '--since', '24h'])).out).toContain(
      'answered 500',
    )
    expect(await cli.run(['webhooks', 'test', id])).toMatchObject({ code: 1 })
    isUp = true
    expect(await cli.run(['webhooks', 'test', id])).toMatchObject({ code: 0 })
    const secret = (await cli.run(['webhooks', 'rotate-secret', id, '--leaked', '--yes', '--json'])).text(
      'secret',
    )
    expect(await cli.run(['events', 'erase', personal, '--yes'])).toMatchObject({ code: 0 })
    expect(await cli.run(['webhooks', 'enable', id])).toMatchObject({ code: 0 })

    for (const [only, event] of [
      ['failed', failed],
      ['missed', missed],
    ] as const) {
      const ran = await cli.run(['replay', id, '--since', '24h', '--only', only], {
        answers: [true],
        pauseMs: 50,
      })
      expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/status +finished/) })
      const request = (await receivedFor(receiver, event, only === 'failed' ? 2 : 1)).at(-1)
      expect(request && verifies(request, secret)).toBe(true)
    }

    // The erased one was not sent again, and holds no payload any more.
    expect((await receivedFor(receiver, personal)).length).toBe(1)
    const shown = await cli.run(['events', 'show', personal])
    expect(shown.out).toContain('Payload: gone')
    expect(shown.out).not.toContain('alice@example.com')
    expect(receiver.requests.filter(({ headers }) => headers['webhook-id'] === personal)).toHaveLength(1)
  })
})
