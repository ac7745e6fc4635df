import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { ingestOnAws } from '../../functions/wiring/ingest.ts'
import { bundleOptions } from '../../lib/bundle-options.ts'
import { type FunctionName, functionNames } from '../../lib/function-names.ts'
import { leanSchemas } from '../../lib/lean-sdk.ts'
import { lambdaContext } from '../../local/lambda-context.ts'
import { fakeAws } from '../adapters/aws/fake-aws.ts'
import { nobody } from '../contracts/emulator.ts'
import { aGatewayRequest } from '../support/builders.ts'

// In KiB, as esbuild prints it. What is on an event's way is held to less than what people wait for.
const budgets: Readonly<Record<FunctionName, number>> = {
  ingest: 245,
  fanOut: 230,
  deliver: 255,
  sweep: 260,
  admin: 385,
  authorize: 180,
  // Five are code; the rest is for the files, whose 120 KB are 157 KiB in base64.
  console: 170,
}
const load = createRequire(import.meta.url)
const Entry = z.object({
  handler: z.custom<ReturnType<typeof ingestOnAws>>((value) => typeof value === 'function'),
})

describe('bundles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'))
  const fileOf = (name: FunctionName) => join(folder, `${name}.js`)

  beforeAll(
    () =>
      Promise.all(
        functionNames.map((name) =>
          build({ ...bundleOptions(name === 'fanOut' ? 'fan-out' : name), outfile: fileOf(name) }),
        ),
      ),
    60_000,
  )
  afterAll(() => rmSync(folder, { recursive: true }))
  afterEach(() => vi.unstubAllEnvs())

  it.each(functionNames)('keep %s within its budget', (name) => {
    expect(statSync(fileOf(name)).size / 1_024).toBeLessThanOrEqual(budgets[name])
  })

  it('know an error of AWS that they hold no class for by its name', async () => {
    const { settings, calls } = await fakeAws(() => ({ error: 'ProvisionedThroughputExceededException' }))
    const environment = {
      ...{ AWS_REGION: nobody.region, AWS_ENDPOINT_URL: settings.endpoint, AWS_MAX_ATTEMPTS: '1' },
      ...{ AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' },
      ...{ CONFIG_TABLE: 'config', LOG_TABLE: 'log', RETENTION_DAYS: '30' },
      ...{
        SERVICE_NAME: 'stack',
        LOG_EVENTS: 'true',
        FAN_OUT_QUEUE_URL: 'https://sqs/q',
        DELIVERY_QUEUE_URL: 'https://sqs/d',
        RETRY_SCHEDULE: '0s',
        KMS_KEY_ID: 'key',
        OPERATOR_TOKEN_SECRET: 'secret',
      },
    }
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    const { handler } = Entry.parse(load(fileOf('ingest')))
    const request = aGatewayRequest({ headers: { authorization: 'Bearer token' }, body: '{}' })
    expect(await handler(request, lambdaContext('ingest'))).toMatchObject({
      statusCode: 503,
      headers: { 'Retry-After': '2' },
    })
    // Its first calls, made while it loaded, and the request's.
    expect(calls.map(({ operation }) => operation).sort()).toEqual(['GetItem', 'GetItem', 'SendMessageBatch'])
  })
})

describe('the bundle of the console', () => {
  it('has the files in it, and needs nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bundled-console-'))
    const outfile = join(folder, 'console.js')
    await build({ ...bundleOptions('console'), outfile })
    const { handler } = Entry.parse(load(outfile))
    const get = async (name: string) => {
      const request = aGatewayRequest({
        httpMethod: 'GET',
        ...{ resource: '/console/{proxy+}', path: `/v1/console/${name}`, pathParameters: { proxy: name } },
      })
      const { statusCode, body } = await handler(request, lambdaContext('console'))
      return { statusCode, text: Buffer.from(body, 'base64').toString() }
    }
    const page = await get('index.html')
    expect(page.statusCode).toBe(200)
    const assets = [...page.text.matchAll(/"\.\/(assets\/[^"]+)"/g)].map(([, name = '']) => name)
    expect(assets).not.toHaveLength(0)
    for (const asset of assets) expect((await get(asset)).statusCode).toBe(200)
    rmSync(folder, { recursive: true })
  }, 60_000)
})

describe('the lean schemas of the SDK', () => {
  it.each(['dynamodb', 'sqs', 'kms', 'sns'])('are the same tables for %s', async (service) => {
    const entry = load
      .resolve(`@aws-sdk/client-${service}`)
      .replace(/dist-cjs.*$/, 'dist-es/schemas/schemas_0.js')
    const source = readFileSync(entry, 'utf8')
    expect(await tablesOf(leanSchemas(source), entry)).toEqual(await tablesOf(source, entry))
  })

  it('register the errors that are told by class, and those that are the base of all', () => {
    const entry = load
      .resolve('@aws-sdk/client-dynamodb')
      .replace(/dist-cjs.*$/, 'dist-es/schemas/schemas_0.js')
    const registered = [...leanSchemas(readFileSync(entry, 'utf8')).matchAll(/registerError\((\w+)/g)]
    expect(registered.map(([, name]) => name)).toEqual([
      'DynamoDBServiceException',
      'ConditionalCheckFailedException',
    ])
  })
})

/** What a module of schemas exports, as text: its tables, and what its references to others say. */
async function tablesOf(source: string, file: string): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'schemas-'))
  try {
    const outfile = join(folder, 'schemas.cjs')
    await build({
      stdin: { contents: source, resolveDir: join(file, '..') },
      ...{ bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' },
    })
    const exported = z.record(z.string(), z.unknown()).parse(load(outfile))
    return Object.fromEntries(Object.entries(exported).map(([name, table]) => [name, textOf(table)]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function textOf(table: unknown): string {
  return JSON.stringify(table, (_, value) => (typeof value === 'function' ? String(value) : value)) ?? ''
}
