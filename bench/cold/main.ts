import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { urlOf } from '../../local/url-of.ts'
import { type Spread, spread } from '../statistics.ts'
import { firstInvocationMs } from './held.ts'
import { buildVariants, type Variant } from './variants.ts'

const run = promisify(execFile)
const firstCall = fileURLToPath(new URL('first-call.mjs', import.meta.url))
const warmUps = 2

/** One function, and what was measured of it, milliseconds, round by round. */
export interface ColdStart {
  readonly name: string
  readonly bytes: number
  /** From before it is loaded until AWS has answered its first call. */
  readonly cold: readonly number[]
  /** The first invocation alone, with the share of a processor that 256 MB get. */
  readonly first: readonly number[]
}

/** `npm run bench -- cold [ROUNDS]`: prints cold starts and writes them to bench/results/cold-starts.json. */
export async function main([count = '20']: readonly string[]): Promise<void> {
  const rounds = Number(count)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('Give a number of rounds.')
  report(await measureCold(rounds))
}

/**
 * Starts each function so many times in a process of its own, by turns, the ordinary stack first. Here AWS is a server on
 * this machine that answers at once.
 */
export async function measureCold(rounds: number): Promise<ColdStart[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cold-'))
  const aws = createServer((request, response) => {
    const isSecret = String(request.headers['x-amz-target']).startsWith('secretsmanager')
    const answer = isSecret ? '{"SecretString":"another token"}' : '{}'
    request
      .resume()
      .on('end', () => response.setHeader('content-type', 'application/x-amz-json-1.0').end(answer))
  })
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve))
  try {
    const variants = await buildVariants(folder)
    const env = environmentAt(urlOf(aws.address(), '127.0.0.1'))
    const measured = variants.map((variant) => ({ variant, cold: [] as number[], first: [] as number[] }))
    for (let round = -warmUps; round < rounds; round++)
      for (const { variant, cold, first } of measured) {
        const [coldMs, firstMs] = [await coldStartMs(variant, env), await firstInvocationMs(variant, env)]
        if (round < 0) continue
        cold.push(coldMs)
        first.push(firstMs)
      }
    return measured.map(({ variant: { name, file }, cold, first }) => ({
      ...{ name, cold, first },
      bytes: statSync(file).size,
    }))
  } finally {
    aws.close()
    rmSync(folder, { recursive: true })
  }
}

function environmentAt(endpoint: string): Readonly<Record<string, string>> {
  return {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' },
    ...{ AWS_ENDPOINT_URL: endpoint, CONFIG_TABLE: 'config', LOG_TABLE: 'log', RETENTION_DAYS: '30' },
    ...{ FAN_OUT_QUEUE_URL: `${endpoint}/q`, DELIVERY_QUEUE_URL: `${endpoint}/q`, KMS_KEY_ID: 'key' },
    ...{ FAN_OUT_DEAD_LETTERS_URL: `${endpoint}/q`, DELIVERY_DEAD_LETTERS_URL: `${endpoint}/q` },
    ...{ NOTICES_TOPIC: 'arn:aws:sns:eu-central-1:000000000000:notices', DISABLE_AFTER_DAYS: '5' },
    ...{ OPERATOR_TOKEN_SECRET: 'secret', SERVICE_NAME: 'bench', RETRY_SCHEDULE: '0s,5s' },
    LOG_EVENTS: 'false',
    ...{ ALLOWED_NETWORKS: '', ALLOW_HTTP: 'false', ALLOWED_PORTS: '443' },
  }
}

async function coldStartMs(
  { file, request }: Variant,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const { stdout } = await run(process.execPath, [firstCall, file, JSON.stringify(request)], {
    env,
    timeout: 30_000,
  })
  return Number(stdout)
}

function report(starts: readonly ColdStart[]): void {
  const rows = starts.map(({ name, bytes, cold, first }) => ({
    ...{ name, bytes, cold: spread(cold), firstInvocation: spread(first) },
  }))
  const ordinary = rows[0]
  const text = ({ median, min, max }: Spread, base = Number.NaN) =>
    `${median.toFixed(1)} ms (${min.toFixed(1)}–${max.toFixed(1)}), ${(median / base).toFixed(2)} × ordinary`
  for (const { name, bytes, cold, firstInvocation } of rows)
    process.stdout.write(
      `${name.padEnd(9)} ${(bytes / 1_024).toFixed(0).padStart(4)} KiB  cold ${text(cold, ordinary?.cold.median)}; first invocation at 256 MB ${text(firstInvocation, ordinary?.firstInvocation.median)}\n`,
    )
  const results = fileURLToPath(new URL('../results', import.meta.url))
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, 'cold-starts.json'), `${JSON.stringify(rows, null, 2)}\n`)
}
