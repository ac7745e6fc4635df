import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/server-process.ts'
import { until } from '../support/until.ts'

const tools = ['bash', 'curl', 'openssl']
const areThere = spawnSync('sh', ['-c', tools.map((tool) => `command -v ${tool}`).join(' && ')]).status === 0
const run = promisify(execFile)

/** The shell blocks of the README's walk, in order. */
async function walkBlocks(): Promise<string[]> {
  const readme = await readFile('README.md', 'utf8')
  const walk = readme.slice(
    readme.indexOf('## A five-minute walk'),
    readme.indexOf('## From the command line'),
  )
  return [...walk.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
}

/** A command of the README, kept running; what it prints gathers in `printed`. */
class Running {
  printed = ''
  readonly #child: ChildProcess

  constructor(command: string) {
    this.#child = spawn('bash', ['-c', `exec ${command}`], { detached: true })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.printed += String(chunk)
      })
    }
  }

  async end(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    // npm, its shell and node are one group.
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGTERM')
    await exited
  }
}

describe.skipIf(!areThere)(`the README's walk (needs ${tools.join(', ')})`, () => {
  let server: Running
  let receiver: Running
  let dataDir: string
  let adapt: (text: string) => string
  let blocks: string[]

  beforeAll(async () => {
    const [port, receiverPort] = [await freePort(), await freePort()]
    dataDir = await mkdtemp(join(tmpdir(), 'webhooks-walk-'))
    adapt = (text) => text.replaceAll('8787', String(port)).replaceAll('9000', String(receiverPort))
    blocks = await walkBlocks()
    const [start = '', receive = ''] = blocks
    server = new Running(`${start.trim()} -- --port ${port} --data ${dataDir}`)
    receiver = new Running(`${receive.trim()} --port ${receiverPort}`)
    await until(
      () => server.printed.includes('ready at') && receiver.printed.includes(String(receiverPort)),
      {
        timeoutMs: 20_000,
        what: 'the server and the receiver',
      },
    )
  })

  afterAll(async () => {
    await Promise.all([server.end(), receiver.end()])
    await rm(dataDir, { recursive: true, force: true })
  })

  it('works as it is written', async () => {
    const token = /Admin token \(shown this once[^)]*\): (\S+)/.exec(server.printed)?.[1] ?? ''
    const sh = async (script: string) => (await run('bash', ['-ec', script])).stdout
    const steps = blocks.slice(2).map((block) => adapt(block).replace('<the admin token>', token))
    const withToken = (script = '') => sh(`export TOKEN=${token}\n${script}`)
    expect(JSON.parse(await withToken(steps[0]))).toMatchObject({
      url: expect.stringContaining('127.0.0.1'),
      secret: 'shared secret',
    })
    expect(JSON.parse(await withToken(steps[1]))).toMatchObject({ secret: 'A1B2C3D4E5F6' })
    expect(JSON.parse(await withToken(steps[2]))).toMatchObject({
      type: 'batch_change:apply',
      duplicate: false,
    })
    await until(() => receiver.printed.includes('hello-world'), { what: 'the batch change at the receiver' })
    expect(receiver.printed).toMatch(/verified/i)
    expect(JSON.parse(await withToken(steps[2]))).toMatchObject({ duplicate: true })
    const lists = await withToken(steps[3])
    const webhookId = /"id":"(whk_\w+)"/.exec(lists)?.[1] ?? ''
    const [log = '', detail = '', again = ''] = (steps[4] ?? '').trim().split('\n')
    const listed = await until(async () => {
      const page = await withToken(log.replace('<webhook id>', webhookId))
      return page.includes('"status":"delivered"') && page
    })
    const deliveryId = /"id":"(dlv_\w+)"/.exec(listed)?.[1] ?? ''
    expect(JSON.parse(await withToken(detail.replace('<delivery id>', deliveryId)))).toMatchObject({
      status: 'delivered',
      attempts: [{ number: 1 }],
    })
    expect(JSON.parse(await withToken(again.replace('<delivery id>', deliveryId)))).toMatchObject({
      trigger: 'redelivery',
    })
    await until(() => receiver.printed.split('hello-world').length > 2, {
      what: 'the redelivery at the receiver',
    })
    await until(
      async () => {
        const page = await withToken(log.replace('<webhook id>', webhookId))
        return page.split('"status":"delivered"').length > 2
      },
      { what: 'the redelivery in the log' },
    )
    const replay = (steps.at(-1) ?? '').replace('<webhook id>', webhookId)
    expect(JSON.parse(await withToken(replay))).toMatchObject({ status: 'running', include: 'all' })
    await until(() => receiver.printed.split('hello-world').length > 3, {
      what: 'the replay at the receiver',
    })
  })
})
