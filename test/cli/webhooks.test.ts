import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/signed-by.ts'
import { type CommandLine, commandLineFor } from './support/command-line.ts'

describe('webhooks', () => {
  let server: TestServer
  let receiver: TestReceiver
  let cli: CommandLine

  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver((request, response) => {
      response.statusCode = request.path === '/fails' ? 500 : 200
      response.end('tha\u001b[31mnks')
    })
    cli = commandLineFor(server.url, adminToken)
  })
  afterAll(async () => {
    cli.remove()
    await receiver.close()
    await server.remove()
  })

  const create = async (path = '/', ...args: string[]) =>
    (await cli.run(['webhooks', 'create', `${receiver.url}${path}`, '--type', '*', '--json', ...args])).text(
      'id',
    )

  it('creates one, shows its secret once, and lists it', async () => {
    const created = await cli.run([
      ...['webhooks', 'create', `${receiver.url}/made`, '--type', 'a:b,c:d', '--type', 'e:f'],
      ...['--description', 'For tests', '--header', 'X-One: 1: 2', '--rate-limit', '2.5'],
      ...['--retry-schedule', '0s,5s', '--batch-change', 'QQ==', '--off'],
    ])
    expect(created.code).toBe(0)
    expect(created.out).toMatch(/shown this once; keep it now:\n\n {2}whsec_\S+\n/)
    const [webhook] = await list()
    expect(webhook).toMatchObject({
      url: `${receiver.url}/made`,
      event_types: ['a:b', 'c:d', 'e:f'],
      description: 'For tests',
      header_names: ['X-One'],
      rate_limit: 2.5,
      retry_schedule: ['0s', '5s'],
      scope: { batch_change_ids: ['QQ=='] },
      enabled: false,
    })
    expect(webhook).not.toHaveProperty('secret')
    expect((await cli.run(['webhooks', 'list', '--off'])).out).toContain('/made')
  })

  const list = async () => (await cli.run(['webhooks', 'list', '--json'])).data()

  it('uses the secret in a file, without its line end', async () => {
    const file = join(cli.home, 'secret')
    writeFileSync(file, 'shared secret\n')
    const ran = await cli.run([
      'webhooks',
      'create',
      receiver.url,
      '--type',
      'a:b',
      '--secret-file',
      file,
      '--json',
    ])
    expect(ran.json()).toMatchObject({ secret: 'shared secret' })
  })

  it('changes what is named and leaves the rest', async () => {
    const id = await create('/', '--rate-limit', '5', '--header', 'X-Old: 1')
    const args = [
      '--receiver',
      `${receiver.url}/new`,
      '--remove-header',
      'X-Old',
      '--header',
      'X-New: 2',
      '--no-rate-limit',
    ]
    const ran = await cli.run(['webhooks', 'edit', id, ...args, '--json'])
    expect(ran.json()).toMatchObject({
      url: `${receiver.url}/new`,
      header_names: ['X-New'],
      rate_limit: null,
      event_types: ['*'],
    })
    expect(await cli.run(['webhooks', 'edit', id])).toMatchObject({ code: 2 })
  })

  it('logs in at the receiver, with what is asked for or lies in a file, and no longer', async () => {
    const create = ['webhooks', 'create', receiver.url, '--type', 'a:b', '--json']
    const asked = await cli.run([...create, '--basic-auth', 'alice'], { answers: ['pass word'] })
    expect(asked.json()).toMatchObject({ auth: { type: 'basic', username: 'alice' } })
    const bearer = await cli.run([...create, '--bearer-file', '-'], { input: 'of-the-receiver\n' })
    expect(bearer.json()).toMatchObject({ auth: { type: 'bearer' } })
    await cli.run(['webhooks', 'test', bearer.text('id')])
    expect(receiver.requests.at(-1)?.headers.authorization).toBe('Bearer of-the-receiver')
    const edited = await cli.run(['webhooks', 'edit', bearer.text('id'), '--no-auth', '--json'])
    expect(edited.json()).toMatchObject({ auth: null })
    for (const args of [
      ['--basic-auth', 'x'],
      ['--password-file', '-'],
      ['--basic-auth', 'x', '--bearer-file', '-'],
    ])
      expect(await cli.run([...create, ...args])).toMatchObject({ code: 2 })
  })

  it('names every field that the API refuses', async () => {
    const ran = await cli.run(['webhooks', 'create', 'nonsense', '--type', 'a b'])
    expect(ran.code).toBe(3)
    expect(ran.err).toMatch(/event_types\[0\]: must be an event type[\s\S]*\nurl: Write a full URL/)
  })

  it('asks before it deletes, and does nothing unless it is told yes', async () => {
    const id = await create()
    const args = ['webhooks', 'delete', id]
    expect(await cli.run(args)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect(await cli.run(args, { answers: [false] })).toMatchObject({ code: 1, err: 'Nothing was done.\n' })
    expect(await cli.run(['webhooks', 'show', id])).toMatchObject({ code: 0 })
    expect(await cli.run(args, { answers: [true] })).toMatchObject({ code: 0, out: `Deleted ${id}.\n` })
    expect(cli.questions.at(-1)).toContain(receiver.url)
    expect(await cli.run(['webhooks', 'show', id])).toMatchObject({
      code: 3,
      err: `There is no webhook ${id}.\n`,
    })
  })

  it('does not delete one that was changed while it asked', async () => {
    const id = await create()
    const change = async () => {
      await server.api.call('PATCH', `/webhooks/${id}`, { description: 'changed' })
      return true
    }
    const ran = await cli.run(['webhooks', 'delete', id], { answers: [change] })
    expect(ran).toMatchObject({ code: 3, err: expect.stringContaining('was changed by someone else') })
  })

  it('turns one off and on, and says how to send what it missed', async () => {
    const id = await create()
    expect(await cli.run(['webhooks', 'pause', id])).toMatchObject({ code: 0 })
    expect((await cli.run(['webhooks', 'show', id])).out).toMatch(/state +off\noff since +2/)
    const ran = await cli.run(['webhooks', 'enable', id])
    expect(ran.out).toMatch(new RegExp(`replay ${id} --only missed --since \\d{4}-`))
    expect((await cli.run(['webhooks', 'resume', id])).out).toContain('was on already')
  })

  it('rotates a secret, with an overlap or, when it leaked, without', async () => {
    const id = await create()
    const args = ['webhooks', 'rotate-secret', id, '--yes']
    const [kept, leaked] = [
      await cli.run([...args, '--overlap', '2h', '--json']),
      await cli.run([...args, '--leaked', '--json']),
    ]
    expect(kept.json()).toMatchObject({ previous_secret_expires_at: expect.any(String) })
    expect(leaked.json()).toMatchObject({ previous_secret_expires_at: null })
    await cli.run(['webhooks', 'test', id])
    const request = receiver.requests.at(-1)
    if (request === undefined) throw new Error('The test did not arrive.')
    expect(verifies(request, leaked.text('secret'))).toBe(true)
    expect(verifies(request, kept.text('secret'))).toBe(false)
    expect(await cli.run([...args, '--leaked', '--overlap', '1h'])).toMatchObject({ code: 2 })
    expect(await cli.run([...args, '--overlap', 'soon'])).toMatchObject({ code: 2 })
    expect(await cli.run([...args, '--overlap', '8d'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('at most 7d'),
    })
  })

  it('tests one and shows the answer, without what a terminal would obey', async () => {
    const ran = await cli.run(['webhooks', 'test', await create(), '--type', 'changeset:publish'])
    expect(ran.code).toBe(0)
    expect(ran.out).toMatch(/answered 200 after \d+ ms/)
    expect(ran.out).toContain('tha\ufffd[31mnks')
    expect(await cli.run(['webhooks', 'test', await create('/fails')])).toMatchObject({
      code: 1,
      err: 'The test failed: The receiver answered 500.\n',
    })
  })
})
