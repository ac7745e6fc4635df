import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tokenHash } from '../../functions/domain/token.ts'
import { ApiClient } from '../support/api-client.ts'
import { Program } from './program.ts'

const mayRead = async (url: string, token: string) =>
  (await new ApiClient(url, token).call('GET', '/webhooks')).status === 200

describe('the admin token', () => {
  let folder: string
  let programs: Program[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-token-'))
    programs = []
  })

  afterEach(async () => {
    await Promise.all(programs.map((program) => program.end('SIGKILL')))
    await rm(folder, { recursive: true, force: true })
  })

  function start(environment: Readonly<Record<string, string>> = {}): Program {
    const program = new Program(['--port', '0', '--data', folder], environment)
    programs.push(program)
    return program
  }

  it('is made at the first start, is shown this once, and is kept as a hash only', async () => {
    const first = start()
    const url = await first.ready()
    const token = await first.prints(/Admin token \(shown this once; it is stored hashed\): (\S+)/)
    expect(token).toMatch(/^sgwh_[\w-]{43}$/)
    expect(await mayRead(url, token)).toBe(true)
    expect(await first.end()).toBe(0)
    const files = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file))))
    expect(files.some((bytes) => bytes.includes(tokenHash(token)))).toBe(true)
    expect(files.some((bytes) => bytes.includes(token) || bytes.includes(token.slice(5)))).toBe(false)
    const second = start()
    expect(await mayRead(await second.ready(), token)).toBe(true)
    expect(second.printed).toContain('Admin token: shown at the first start.')
    expect(second.printed).not.toContain('sgwh_')
  })

  it('gives way to one that is given, which is not repeated', async () => {
    const first = start()
    await first.ready()
    const made = await first.prints(/stored hashed\): (\S+)/)
    await first.end()
    const given = 'a-token-of-the-operator'
    const second = start({ ADMIN_TOKEN: given })
    const url = await second.ready()
    expect(await mayRead(url, given)).toBe(true)
    expect(await mayRead(url, made)).toBe(false)
    expect(second.printed).not.toContain(given)
    await second.end()
    expect(await mayRead(await start().ready(), given)).toBe(true)
  })

  it('is warned of when it is short', async () => {
    const program = start({ ADMIN_TOKEN: 'short' })
    await program.ready()
    expect(program.printed).toContain('The admin token is short')
  })
})
