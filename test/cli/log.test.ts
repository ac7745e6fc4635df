import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { receivedFor } from '../support/received.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { type CommandLine, commandLineFor } from './support/command-line.ts'

describe('the log on the command line', () => {
  let server: TestServer
  let receiver: TestReceiver
  let cli: CommandLine

  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver((request, response) => {
      response.statusCode = request.path === '/fails' ? 503 : 200
      response.end('thanks')
    })
    cli = commandLineFor(server.url, adminToken)
  })
  afterAll(async () => {
    cli.remove()
    await receiver.close()
    await server.remove()
  })

  const webhookAt = (path: string, type: string) =>
    server.api.createWebhook({ url: `${receiver.url}${path}`, event_types: [type] })
  const logged = (webhookId: string, status: string) =>
    until(async () => (await server.api.deliveries(webhookId)).find((each) => each.status === status))

  it('publishes the very bytes of a payload, and says where the event is', async () => {
    const id = await webhookAt('/', 'publish:one')
    const payload = '{ "a":1.0,\n "b": "\\u003c" }'
    const ran = await cli.run(['events', 'publish', 'publish:one', '--key', 'k', '--json'], {
      input: payload,
    })
    expect(ran.json()).toMatchObject({ duplicate: false })
    const [request] = await receivedFor(receiver, ran.text('id'))
    expect(request?.body.toString()).toBe(payload)
    await logged(id, 'delivered')
    const shown = await cli.run(['events', 'show', ran.text('id')])
    expect(shown.out).toMatch(new RegExp(`${id.slice(4)} .*publish:one .* delivered +1 +answered 200`))
    expect(shown.out).toContain('"a": 1')
    const file = join(cli.home, 'payload.json')
    writeFileSync(file, payload)
    const again = await cli.run(['events', 'publish', 'publish:one', file, '--key', 'k'])
    expect(again.out).toContain('nothing is sent again')
    expect(await cli.run(['events', 'publish', 'publish:one'], { input: '{' })).toMatchObject({ code: 2 })
  })

  it('lists events by type, batch change and time', async () => {
    const ids = [
      await server.api.publish('list:events', { batch_change_ids: ['b1'] }),
      await server.api.publish('list:events', {}),
    ]
    const list = (...args: string[]) =>
      cli.run(['events', 'list', '--type', 'list:events', '--json', ...args])
    expect((await list('--since', '1h')).data().map(({ id }) => id)).toEqual(ids.toReversed())
    expect((await list('--until', '2026-01-01')).data()).toEqual([])
    expect((await list('--batch-change', 'b1')).data().map(({ id }) => id)).toEqual([ids[0]])
    expect((await list('--limit', '1')).data()).toHaveLength(1)
    expect((await cli.run(['events', 'list'])).out).toContain('list:events')
    expect(await list('--since', 'yesterday')).toMatchObject({ code: 2 })
  })

  it('lists the deliveries of one webhook and of all, filtered', async () => {
    const [good, bad] = [await webhookAt('/', 'list:one'), await webhookAt('/fails', 'list:one')]
    await server.api.publish('list:one', {})
    await Promise.all([logged(good, 'delivered'), logged(bad, 'retrying')])
    const list = async (...args: string[]) =>
      (await cli.run(['deliveries', 'list', '--type', 'list:one', '--json', ...args]))
        .data()
        .map((each) => each.webhook_id)
    expect((await list()).sort()).toEqual([good, bad].sort())
    expect(await list('--errors')).toEqual([bad])
    expect(await list('--status', 'delivered,exhausted')).toEqual([good])
    expect(await list(good)).toEqual([good])
    expect(await list('--until', '1h')).toEqual([])
    expect((await cli.run(['deliveries', 'list', bad])).out).toContain(
      'The receiver answered 503. Next attempt',
    )
    expect(await cli.run(['deliveries', 'list', bad, '--status', 'lost'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('status[0]: '),
    })
    expect(await cli.run(['deliveries', 'list', 'whk_nope'])).toMatchObject({ code: 3 })
  })

  it('lists more than a page', async () => {
    const id = await webhookAt('/', 'list:many')
    const events = Array.from({ length: 100 }, () => ({ type: 'list:many', payload: {} }))
    await server.api.call('POST', '/events', events)
    await server.api.call('POST', '/events', events.slice(0, 20))
    await receiver.arrived(120)
    const count = async (limit: string) =>
      (await cli.run(['deliveries', 'list', id, '--json', '--limit', limit])).data().length
    await until(async () => (await count('500')) === 120)
    expect(await count('110')).toBe(110)
  })

  it('shows a delivery with its attempts, and sends it again', async () => {
    const id = await webhookAt('/', 'again:one')
    const eventId = await server.api.publish('again:one', { x: 1 })
    const { id: delivery } = await logged(id, 'delivered')
    const shown = await cli.run(['deliveries', 'show', delivery])
    expect(shown.out).toMatch(
      /Attempt 1, .*: answered 200 after \d+ ms\n {2}thanks\n\nRequest body\n {2}\{"x":1\}\n/,
    )
    const ran = await cli.run(['deliveries', 'redeliver', delivery])
    expect(ran.out).toMatch(new RegExp(`${delivery} is sent again, as dlv_`))
    expect(await receivedFor(receiver, eventId, 2)).toHaveLength(2)
    expect(await cli.run(['deliveries', 'redeliver', 'dlv_nope'])).toMatchObject({ code: 3 })
  })

  it('makes the next attempt of one that is being retried now', async () => {
    const id = await webhookAt('/fails', 'again:two')
    await server.api.publish('again:two', {})
    const { id: delivery } = await logged(id, 'retrying')
    expect((await cli.run(['deliveries', 'redeliver', delivery])).out).toContain('makes its next attempt now')
  })
})
