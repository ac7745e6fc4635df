import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { TestAuthority } from '../../support/certificates.ts'
import { freePort } from '../../support/server-process.ts'
import { until } from '../../support/until.ts'
import { trust } from './trust.ts'
import { pythonWithEmulator } from './virtual-environment.ts'

/** A running MiniStack: the AWS of the deploy test. */
export interface Emulator {
  readonly url: string
  /** PEM, for whoever talks to it. */
  readonly authority: string
  /** Of its own and empty at the start; removed at the end. */
  readonly folder: string
  /** What programs need that talk to it: its address, the keys of its root, this process's Node first on PATH. */
  readonly environment: Readonly<Record<string, string>>
  /** Ends it and every function that it runs. */
  stop(): Promise<void>
}

/** The keys of the emulator's root user. */
export const rootKeys = { accessKeyId: 'test', secretAccessKey: 'test' }
export const region = 'us-east-1'

/**
 * Starts MiniStack on a free port of the loopback address. It judges every call by the caller's policies (AUTH), so the
 * functions have the permissions of their roles and no others; and it speaks TLS, which the policies of our queues and
 * of CDK's bucket demand.
 */
export async function startEmulator(): Promise<Emulator> {
  const python = await pythonWithEmulator()
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-deploy-'))
  const home = join(folder, 'home')
  const authorityFile = join(folder, 'authority.pem')
  const certFile = join(folder, 'certificate.pem')
  const keyFile = join(folder, 'key.pem')
  const logFile = join(folder, 'emulator.log')
  const authority = new TestAuthority('the emulator of the deploy test')
  const { cert, key } = authority.issue({ names: ['127.0.0.1', 'localhost'] })
  await mkdir(home)
  await writeFile(authorityFile, authority.certificate)
  await writeFile(certFile, cert)
  await writeFile(keyFile, key, { mode: 0o600 })

  trust(authority.certificate)
  const port = await freePort()
  const url = `https://127.0.0.1:${port}`
  // Nothing of the caller's: a profile, a proxy or a certificate store meant for the real AWS must not come in.
  const common = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: home,
    TMPDIR: folder,
    NODE_EXTRA_CA_CERTS: authorityFile,
    AWS_ACCESS_KEY_ID: rootKeys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rootKeys.secretAccessKey,
  }
  const log = await open(logFile, 'w')
  const child = spawn(
    python,
    // As `ministack` itself does it, but for a second listener on port 443.
    [
      '-m',
      'hypercorn',
      'ministack.app:app',
      '--bind',
      `127.0.0.1:${port}`,
      '--certfile',
      certFile,
      '--keyfile',
      keyFile,
    ],
    {
      env: {
        ...common,
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        AUTH: 'true',
        USE_SSL: '1',
        MINISTACK_SSL_CERT: certFile,
        MINISTACK_SSL_KEY: keyFile,
        S3_DATA_DIR: join(folder, 's3'),
        STATE_DIR: join(folder, 'state'),
      },
      stdio: ['ignore', log.fd, log.fd],
      // A group of its own: the functions are its children, and end with it.
      detached: true,
    },
  )
  await log.close()
  const exited = once(child, 'exit')
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  }
  const endAtOnce = () => {
    end()
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', endAtOnce)
  const stop = async () => {
    end()
    await exited
    process.removeListener('exit', endAtOnce)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await until(() => answers(url, child.exitCode), { timeoutMs: 30_000, what: 'MiniStack' })
  } catch (cause) {
    const printed = await readFile(logFile, 'utf8')
    await stop()
    throw new Error(`MiniStack did not start:\n${printed.slice(-4_000)}`, { cause })
  }
  return {
    url,
    authority: authority.certificate,
    folder,
    environment: {
      ...common,
      AWS_ENDPOINT_URL: url,
      AWS_CA_BUNDLE: authorityFile,
      AWS_REGION: region,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CI: 'true',
    },
    stop,
  }
}

async function answers(url: string, exitCode: number | null): Promise<boolean> {
  if (exitCode !== null) throw new Error(`It ended with ${exitCode}.`)
  const response = await fetch(`${url}/_ministack/health`).catch(() => undefined)
  return response?.ok === true
}
