import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { CommandLine } from './support/command-line.ts'

const { bin } = z
  .object({ bin: z.object({ 'outgoing-webhooks': z.string() }) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')))

/** Runs the program as its user does. */
async function start(
  command: readonly [string, ...string[]],
  { input = '', environment = {} }: { input?: string; environment?: Record<string, string> } = {},
) {
  const [file, ...args] = command
  const child = spawn(file, args, { env: { PATH: process.env.PATH ?? '', ...environment } })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [out, err, code] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { code, out: out.toString(), err: err.toString() }
}

describe('the program', () => {
  let server: TestServer
  const home = new CommandLine()
  const environment = { HOME: home.home }
  const program = bin['outgoing-webhooks']

  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(async () => {
    home.remove()
    await server.remove()
  })

  it('logs in, works, and says by its exit code when it does not', async () => {
    const login = await start([program, 'login', '--url', server.url], { input: adminToken, environment })
    expect(login).toMatchObject({ code: 0, err: '' })
    const created = await start([program, 'tokens', 'create', 'x', '--scope', 'read', '--json'], {
      environment,
    })
    expect(JSON.parse(created.out)).toMatchObject({ scopes: ['read'] })
    expect(await start([program, 'webhooks', 'show', 'whk_nope'], { environment })).toEqual({
      code: 3,
      out: '',
      err: 'There is no webhook whk_nope.\n',
    })
  })

  it('runs through npm, with flags behind --', async () => {
    const ran = await start(['npm', 'run', '--silent', 'cli', '--', 'webhooks', 'list', '--json'], {
      environment,
    })
    expect(ran).toMatchObject({ code: 0, out: '{\n  "data": []\n}\n' })
  })

  it('follows the log until Ctrl-C, and has then done what it was asked', async () => {
    const child = spawn(program, ['deliveries', 'tail'], {
      env: { PATH: process.env.PATH ?? '', ...environment },
    })
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
    child.stderr.on('data', (chunk: Buffer) => {
      if (String(chunk).includes('Following the log')) child.kill('SIGINT')
    })
    expect(await exited).toBe(0)
  })

  it('ends in peace when nobody reads on', async () => {
    const line = `${program} --help | head -1; echo "$?"`
    expect(await start(['bash', '-c', line], { environment })).toMatchObject({
      out: expect.stringMatching(/^Usage/),
      err: '',
    })
  })
})
