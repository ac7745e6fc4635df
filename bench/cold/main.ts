import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Spread, spread } from '../statistics.ts'
import { startAws } from './aws.ts'
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
  /** The first invocation alone, with the share of a processor that 256 MB get, by what it was asked. */
  readonly first: readonly { readonly label: string; readonly values: readonly number[] }[]
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
  const aws = await startAws()
  try {
    const variants = await buildVariants(folder)
    const env = environmentAt(aws.endpoint)
    const measured = variants.map((variant) => {
      const first = variant.requests.map((request) => ({ request, values: [] as number[] }))
      return { variant, cold: [] as number[], first }
    })
    for (let round = -warmUps; round < rounds; round++)
      for (const { variant, cold, first } of measured) {
        const coldMs = await coldStartMs(variant, env)
        if (round >= 0) cold.push(coldMs)
        for (const { request, values } of first) {
          const firstMs = await firstInvocationMs(variant.file, request, env)
          if (round >= 0) values.push(firstMs)
        }
      }
    return measured.map(({ variant: { name, file }, cold, first }) => ({
      ...{ name, cold, bytes: statSync(file).size },
      first: first.map(({ request: { label }, values }) => ({ label, values })),
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
    // The receiver is a server of this machine.
    ...{ ALLOWED_NETWORKS: '127.0.0.0/8', ALLOW_HTTP: 'true', ALLOWED_PORTS: '*' },
  }
}

async function coldStartMs(
  { file, requests: [first] }: Variant,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const { stdout } = await run(process.execPath, [firstCall, file, JSON.stringify(first?.request)], {
    env,
    timeout: 30_000,
  })
  return Number(stdout)
}

function report(starts: readonly ColdStart[]): void {
  const rows = starts.map(({ name, bytes, cold, first }) => ({
    ...{ name, bytes, cold: spread(cold) },
    firstInvocations: first.map(({ label, values }) => ({ label, ...spread(values) })),
  }))
  const ordinary = rows[0]
  const text = ({ median, min, max }: Spread, base = Number.NaN) =>
    `${median.toFixed(1)} ms (${min.toFixed(1)}–${max.toFixed(1)}), ${(median / base).toFixed(2)} × ordinary`
  for (const { name, bytes, cold, firstInvocations } of rows) {
    const size = `${(bytes / 1_024).toFixed(0).padStart(4)} KiB`
    process.stdout.write(`${name.padEnd(9)} ${size}  cold ${text(cold, ordinary?.cold.median)}\n`)
    for (const { label, ...first } of firstInvocations) {
      const base = ordinary?.firstInvocations[0]?.median
      process.stdout.write(`  first invocation at 256 MB, ${label}: ${text(first, base)}\n`)
    }
  }
  const results = fileURLToPath(new URL('../results', import.meta.url))
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, 'cold-starts.json'), `${JSON.stringify(rows, null, 2)}\n`)
}
