import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { freePort } from '../support/server-process.ts'
import { CommandLine } from './support/command-line.ts'

describe('login', () => {
  let server: TestServer
  let cli: CommandLine
  const lines: CommandLine[] = []

  beforeAll(async () => {
    server = await startTestServer()
  })
  beforeEach(() => {
    cli = new CommandLine()
    lines.push(cli)
  })
  afterAll(async () => {
    for (const line of lines) line.remove()
    await server.remove()
  })

  const path = () => join(cli.home, '.config', 'outgoing-webhooks', 'logins.json')
  const login = (token: string, ...args: string[]) =>
    cli.run(['login', '--url', server.url, ...args], { input: `${token}\n` })

  it('takes the token from standard input and keeps it for this user alone', async () => {
    const { code, out, err } = await login(adminToken)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('may read, change everything (admin), publish events')
    expect(out + err).not.toContain(adminToken)
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect((await cli.run(['webhooks', 'list'])).out).toBe('No webhooks.\n')
  })

  it('asks for the token when somebody is there', async () => {
    const args = ['login', '--url', `${server.url}/`]
    expect(await cli.run(args, { answers: [adminToken] })).toMatchObject({ code: 0 })
    expect(cli.questions).toEqual([`API token for ${server.url}:`])
  })

  it('keeps the file in XDG_CONFIG_HOME where that is set', async () => {
    const environment = { XDG_CONFIG_HOME: join(cli.home, 'elsewhere') }
    await cli.run(['login', '--url', server.url], { input: adminToken, environment })
    expect(readFileSync(join(cli.home, 'elsewhere', 'outgoing-webhooks', 'logins.json'), 'utf8')).toContain(
      server.url,
    )
  })

  it.each([
    ['a token that is not valid', 'sgwh_nope', 4, 'There is no such token, or it was revoked.'],
    ['no token', '', 2, 'No token was given.'],
    ['what is no token', 'two words', 2, 'white space'],
  ])('refuses %s and keeps nothing', async (_what, token, code, words) => {
    const ran = await login(token)
    expect(ran.code).toBe(code)
    expect(ran.err).toContain(words)
    expect(() => statSync(path())).toThrow()
  })

  it('says what a token may do that may only publish, or read', async () => {
    expect((await login(await server.api.createToken(['publish']))).out).toContain('may publish events.')
    expect((await login(await server.api.createToken(['read']))).out).toContain('may read.')
  })

  it('keeps logins by profile, and logs out of one', async () => {
    await login(adminToken)
    await login(await server.api.createToken(['read']), '--profile', 'reader')
    expect((await cli.run(['whoami', '--json'])).json()).toMatchObject({
      url: server.url,
      profile: 'default',
    })
    expect((await cli.run(['status', '--profile', 'reader', '--json'])).json()).toMatchObject({
      may: ['read'],
    })
    expect(await cli.run(['logout', '--profile', 'reader'])).toMatchObject({ code: 0 })
    expect(await cli.run(['status', '--profile', 'reader'])).toMatchObject({ code: 4 })
    expect(await cli.run(['status'])).toMatchObject({ code: 0 })
    expect(await cli.run(['logout', '--profile', 'reader'])).toMatchObject({ code: 1 })
  })

  it("sends a login's token to no other address", async () => {
    await login(adminToken)
    const ran = await cli.run(['webhooks', 'list', '--url', 'http://127.0.0.1:9'])
    expect(ran.code).toBe(4)
    expect(ran.err).toContain('Not logged in at http://127.0.0.1:9')
  })

  it('sends the token of the environment to no other address than that of the environment', async () => {
    const environment = { OUTGOING_WEBHOOKS_URL: server.url, OUTGOING_WEBHOOKS_TOKEN: adminToken }
    expect(await cli.run(['webhooks', 'list'], { environment })).toMatchObject({ code: 0 })
    const ran = await cli.run(
      ['webhooks', 'edit', 'whk_x', '--url', 'http://127.0.0.1:9', '--rate-limit', '1'],
      { environment },
    )
    expect(ran).toMatchObject({
      code: 4,
      err: expect.stringContaining('Not logged in at http://127.0.0.1:9'),
    })
  })

  it.each(['ftp://127.0.0.1', 'nonsense', 'http://user@127.0.0.1/', 'http://127.0.0.1/?a=b'])(
    'refuses %s as an address',
    async (url) => {
      expect(await cli.run(['webhooks', 'list', '--url', url])).toMatchObject({ code: 2 })
    },
  )

  it('says what to do when nobody is logged in, and when nothing listens', async () => {
    const port = await freePort()
    const [first, second] = [
      await cli.run(['webhooks', 'list']),
      await cli.run(['webhooks', 'list', '--url', `http://127.0.0.1:${port}`, '--token', 'x']),
    ]
    expect(first).toMatchObject({ code: 4, err: expect.stringContaining('outgoing-webhooks login') })
    expect(second).toMatchObject({
      code: 4,
      err: expect.stringContaining(`Nothing listens at http://127.0.0.1:${port}`),
    })
  })

  it('says so when the file of logins is broken, without repeating it', async () => {
    await login(adminToken)
    writeFileSync(path(), `{"profiles": ${adminToken}`)
    const ran = await cli.run(['status'])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('log in again')
    expect(ran.err).not.toContain(adminToken)
  })
})
