import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { portOf } from '../../support/receiver.ts'

const children = new Set<ChildProcess>()

afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
})

function start(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['local/start-receiver.js', ...args], {
    env: { ...process.env, WEBHOOK_SECRET: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let stdout = ''
  let stderr = ''
  let noteText = () => {}
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += String(chunk)
    noteText()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += String(chunk)
  })
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => {
      children.delete(child)
      resolve({ code, stdout, stderr })
    })
  })
  const url = new Promise<string>((resolve, reject) => {
    noteText = () => {
      const found = /at (http:\S+)\/\n.*\n.*\n\n/.exec(stdout)?.[1]
      if (found !== undefined) resolve(found)
    }
    ended.then(() => reject(new Error(`It ended: ${stderr}`))).catch(() => {})
  })
  url.catch(() => {})
  return { child, url, ended }
}

describe('npm run receiver', () => {
  it('prints where it is and every request, until SIGTERM or SIGINT ends it at once', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, url, ended } = start(['--port', '0', '--delay', '600000'])
      const pending = fetch(await url, { method: 'POST', body: '{}' }).catch(() => 'cut off')
      await new Promise((resolve) => child.stdout?.once('data', resolve))
      child.kill(signal)
      const { code, stdout, stderr } = await ended
      expect({ code, stderr, reply: await pending }).toEqual({ code: 0, stderr: '', reply: 'cut off' })
      expect(stdout).toContain('Requests are not verified: no --secret given.\nAnswers: 200.\n')
      expect(stdout).toContain('POST /\n')
    }
  })

  it('verifies with the secret of WEBHOOK_SECRET', async () => {
    const { child, url, ended } = start(['--port=0', '--host=::1'], { WEBHOOK_SECRET: 'whsec-demo' })
    expect(await url).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect((await fetch(await url)).status).toBe(401)
    child.kill('SIGTERM')
    const { stdout } = await ended
    expect(stdout).toContain(
      'Requests are verified with the secret given.\nAnswers: 200, or 401 to a request that does not verify.\n',
    )
    expect(stdout).not.toContain('whsec-demo')
  })

  it('lists its flags', async () => {
    const { code, stdout } = await start(['--help']).ended
    expect(code).toBe(0)
    for (const flag of 'port host secret status hang fail-first retry-after delay help'.split(' '))
      expect(stdout).toContain(`--${flag} `)
  })

  it('says in one line that its port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const port = portOf(other.address())
    const outcome = await start(['--port', String(port)]).ended
    await new Promise((resolve) => other.close(resolve))
    expect(outcome).toEqual({
      code: 1,
      stdout: '',
      stderr: `Port ${port} is taken. Give another with --port; 0 takes any free one.\n`,
    })
  })
})
