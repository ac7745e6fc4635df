import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { type CommandLine, commandLineFor } from './support/command-line.ts'

describe('sources and tokens', () => {
  let server: TestServer
  let cli: CommandLine
  beforeAll(async () => {
    server = await startTestServer()
    cli = commandLineFor(server.url, adminToken)
  })
  afterAll(async () => {
    cli.remove()
    await server.remove()
  })

  it('connects a Sourcegraph instance, whose events are then taken', async () => {
    const ran = await cli.run(['sources', 'create', 'sg.example.com', '--secret-file', '-'], {
      input: 'A1B2\n',
    })
    expect(ran.out).toContain(`\n  ${server.url}/events\n`)
    expect(ran.out).toContain('\n  A1B2\n')
    expect((await server.api.postAsSourcegraph('a:b', '{}', 'A1B2')).status).toBe(202)
    const [source] = (await cli.run(['sources', 'list', '--json'])).data()
    expect(source).toMatchObject({ name: 'sg.example.com' })
    expect((await cli.run(['sources', 'list'])).out).toContain('sg.example.com')
    const remove = ['sources', 'delete', String(source?.id)]
    expect(await cli.run(remove)).toMatchObject({ code: 2 })
    expect(await cli.run(remove, { answers: [true] })).toMatchObject({ code: 0 })
    expect((await server.api.postAsSourcegraph('a:b', '{"x":1}', 'A1B2')).status).toBe(401)
  })

  it('creates a token with an end, which is shown once, and revokes it', async () => {
    const ran = await cli.run([
      'tokens',
      'create',
      'a script',
      '--scope',
      'read,publish',
      '--expires',
      '90d',
      '--json',
    ])
    const token = ran.text('token')
    expect(ran.json()).toMatchObject({ scopes: ['read', 'publish'], expires_at: expect.any(String) })
    const reader = { environment: { OUTGOING_WEBHOOKS_TOKEN: token } }
    expect(await cli.run(['webhooks', 'list'], reader)).toMatchObject({ code: 0 })
    expect(await cli.run(['tokens', 'list'], reader)).toMatchObject({ code: 3 })
    const listed = await cli.run(['tokens', 'list'])
    expect(listed.out).toContain('a script')
    expect(listed.out).not.toContain(token)
    expect(await cli.run(['tokens', 'revoke', ran.text('id'), '--yes'])).toMatchObject({ code: 0 })
    expect(await cli.run(['webhooks', 'list'], reader)).toMatchObject({
      code: 4,
      err: expect.stringContaining('There is no such token, or it was revoked. Log in again'),
    })
  })

  it.each([[], ['--scope', 'read', '--expires', 'soon']])('is wrong usage with %j', async (...args) => {
    expect(await cli.run(['tokens', 'create', 'x', ...args])).toMatchObject({ code: 2 })
  })
})
