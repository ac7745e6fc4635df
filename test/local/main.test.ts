import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { openDatabase } from '../../functions/adapters/sqlite/database.ts'
import { openDataFolder } from '../../local/data-folder.ts'
import { ApiClient } from '../support/api-client.ts'
import { portOf, startTestReceiver } from '../support/receiver.ts'
import { startTestServer } from '../support/server.ts'
import { Program } from './program.ts'

describe('the program', () => {
  let folder: string
  let programs: Program[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-main-'))
    programs = []
  })

  afterEach(async () => {
    await Promise.all(programs.map((program) => program.end('SIGKILL')))
    await rm(folder, { recursive: true, force: true })
  })

  function start(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Program {
    const program = new Program(['--port', '0', '--data', folder, ...args], environment)
    programs.push(program)
    return program
  }

  async function complaintOf(program: Program): Promise<string> {
    expect(await program.exited).toBe(1)
    expect(program.printed).toBe('')
    expect(program.complained.trimEnd().split('\n')).toHaveLength(1)
    return program.complained
  }

  const mayRead = async (url: string, token: string) =>
    (await new ApiClient(url, token).call('GET', '/webhooks')).status === 200

  it('prints its settings for --help, starts nothing and exits with 0', async () => {
    const untouched = join(folder, 'untouched')
    const program = start(['--data', untouched, '--help'])
    expect(await program.exited).toBe(0)
    expect(program.printed).toContain('--retry-schedule')
    await expect(stat(untouched)).rejects.toThrow('ENOENT')
  })

  it.each([
    { args: ['--prot=1'], words: "Unknown option '--prot'" },
    { args: ['--retention=soon'], words: '--retention (RETENTION): must be a duration' },
  ])('refuses $args with one line and exit code 1', async ({ args, words }) => {
    expect(await complaintOf(start(args))).toContain(words)
  })

  it('says in one line that its port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const port = portOf(other.address())
    expect(await complaintOf(start(['--port', String(port)]))).toBe(
      `Port ${port} is taken. Give another with --port or PORT.\n`,
    )
    other.close()
  })

  it('says in one line that this machine has not its address', async () => {
    expect(await complaintOf(start(['--host', '192.0.2.1']))).toBe(
      'This machine has no address 192.0.2.1. Give another with --host or HOST.\n',
    )
  })

  it('says in one line that another process uses its data, and leaves that one alone', async () => {
    const first = start([], { ADMIN_TOKEN: 'a-token-of-the-operator' })
    const url = await first.ready()
    expect(await complaintOf(start())).toBe(`Another process uses the data folder ${folder}.\n`)
    expect(await mayRead(url, 'a-token-of-the-operator')).toBe(true)
    await first.end('SIGKILL')
    await start().ready()
  })

  it('says in one line that the data are of a newer version, and leaves them alone', async () => {
    const { databaseFile, unlock } = openDataFolder(folder)
    const database = openDatabase(databaseFile)
    database.exec('pragma user_version = 99')
    database.close()
    unlock()
    const before = await readFile(databaseFile)
    expect(await complaintOf(start())).toMatch(
      /^The data have version 99, and this is a service for version \d+\.\n$/,
    )
    expect(before.equals(await readFile(databaseFile))).toBe(true)
  })

  it('says in one line that its data folder is none', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    expect(await complaintOf(start(['--data', file]))).toContain(`The data folder ${file} cannot be used`)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 at %s', async (signal) => {
    const program = start()
    await new ApiClient(await program.ready(), undefined).call('GET', '/health')
    expect(await program.end(signal)).toBe(0)
    expect(program.complained).toBe('')
  })

  it('finishes at SIGTERM what a slow receiver has not answered yet, logs it, and ends with 0', async () => {
    let release = () => {}
    const receiver = await startTestReceiver((_request, response) => {
      release = () => response.end('at last')
    })
    const token = 'a-token-of-the-operator'
    const program = start(['--development'], { ADMIN_TOKEN: token })
    const api = new ApiClient(await program.ready(), token)
    const webhookId = await api.createWebhook({ url: receiver.url })
    await api.publish('batch_change:apply', {})
    await receiver.arrived(1)
    const ended = program.end()
    await program.prints(/Stopping/)
    release()
    expect(await ended).toBe(0)
    expect(linesOf(program).map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'info: event accepted',
      'info: event fanned out',
      'info: delivery attempted',
    ])
    const server = await startTestServer({ dataDir: folder })
    expect(await server.api.deliveries(webhookId)).toMatchObject([{ status: 'delivered', attempt_count: 1 }])
    expect(receiver.requests).toHaveLength(1)
    await server.stop()
    await receiver.close()
  })
})

function linesOf(program: Program) {
  return program.complained
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => z.object({ level: z.string(), message: z.string() }).parse(JSON.parse(line)))
}
