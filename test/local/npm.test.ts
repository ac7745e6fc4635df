import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('passes a SIGTERM that npm gets on to the server, which then stops in order', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'webhooks-npm-'))
  const npm = spawn('npm', ['start', '--', '--port', '0', '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  const stopped = new Promise<void>((resolve) => {
    npm.stdout.on('data', (chunk: Buffer) => {
      printed += String(chunk)
      if (printed.includes('ready at') && !printed.includes('Stopping')) npm.kill('SIGTERM')
    })
    // The server holds the pipe for as long as it lives, so its end is the server's.
    npm.stdout.on('close', resolve)
  })
  await stopped
  expect(printed).toContain('Stopping: finishing what is in flight.')
  await rm(dataDir, { recursive: true, force: true })
})
