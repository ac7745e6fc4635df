import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { environments } from '../../functions/environment.ts'
import { functionNames } from '../../lib/function-names.ts'
import { fakeAws } from '../adapters/aws/fake-aws.ts'
import { anApp, aStack, type Resource, resourcesOf, targetOf } from './synthesized.ts'

const Lambda = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).default({ Variables: {} }),
  LoggingConfig: z.object({ LogGroup: z.unknown() }),
})

describe('functions', () => {
  const settings = { retentionDays: 7, allowedNetworks: '10.0.0.0/8', allowHttp: true, logRetentionDays: 14 }
  const app = anApp({ bundled: true })
  const { outdir } = app
  const stack = aStack(settings, { app })
  const all = resourcesOf(stack)
  const functions = Object.entries(all).filter(([, { Type }]) => Type === 'AWS::Lambda::Function')

  function named(name: string): Resource | undefined {
    return functions.find(([id]) => new RegExp(`^Functions${name}Function`, 'i').test(id))?.[1]
  }

  /** The file that the template deploys. */
  function bundleOf(name: string): string {
    const folder = z.string().parse(named(name)?.Metadata['aws:asset:path'])
    return join(outdir, folder, 'index.js')
  }

  function variablesOf(name: string): Record<string, string> {
    const { Variables } = Lambda.parse(named(name)?.Properties).Environment
    // What CloudFormation fills in is stood in for.
    const filled = Object.entries(Variables).map(([variable, value]) => [
      variable,
      typeof value === 'string' ? value : 'filled-in',
    ])
    return Object.fromEntries(filled)
  }

  afterEach(() => vi.unstubAllEnvs())

  function stubCaller(endpoint: string): void {
    const caller = { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: endpoint }
    const keys = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' }
    for (const [name, value] of Object.entries({ ...caller, ...keys })) vi.stubEnv(name, value)
  }

  it('run on the Node that is developed on, on ARM, with what they need and no more', () => {
    expect(functions).toHaveLength(functionNames.length)
    for (const [, { Properties }] of functions) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
      expect(Number(Properties.MemorySize)).toBeGreaterThanOrEqual(256)
      expect(Properties.ReservedConcurrentExecutions).toBeUndefined()
    }
    expect(process.versions.node).toMatch(/^24\./)
  })

  it('write to log groups of their own, which forget', () => {
    const groups = functions.map(([, { Properties }]) =>
      targetOf(Lambda.parse(Properties).LoggingConfig.LogGroup),
    )
    expect(new Set(groups).size).toBe(functionNames.length)
    for (const group of groups) expect(all[group ?? '']?.Properties.RetentionInDays).toBe(14)
  })

  it.each(functionNames)('give %s all variables that it reads, with values that it takes', (name) => {
    expect(environments[name].safeParse(variablesOf(name)).error).toBeUndefined()
  })

  it.each(functionNames)(
    'deploy an entry of %s that starts by its variables and takes Lambda its way',
    (name) => {
      stubCaller('http://127.0.0.1:9')
      for (const [variable, value] of Object.entries(variablesOf(name))) vi.stubEnv(variable, value)
      const { handler } = z
        .object({ handler: z.instanceof(Function) })
        .parse(createRequire(import.meta.url)(bundleOf(name)))
      // Node 24's runtime refuses handlers that take a callback.
      expect(handler.length).toBeLessThan(3)
    },
  )

  it.each(['ingest', 'fanOut', 'deliver'] as const)(
    'have %s make its first calls to AWS before it takes a request',
    async (name) => {
      const { settings, calls } = await fakeAws(() => ({ error: 'AccessDenied' }))
      stubCaller(settings.endpoint ?? '')
      for (const [variable, value] of Object.entries(variablesOf(name))) vi.stubEnv(variable, value)
      expect(named(name)?.Properties.Handler).toBe('start.handler')
      // Loaded by another test, it was made ready then.
      delete createRequire(import.meta.url).cache[bundleOf(name)]
      const start = bundleOf(name).replace('index.js', 'start.mjs')
      expect(await import(pathToFileURL(start).href)).toMatchObject({ handler: expect.any(Function) })
      expect(calls.map(({ operation }) => operation).sort()).toEqual(['GetItem', 'SendMessageBatch'])
    },
  )

  it('deploy an admin entry that judges tokens itself where the gateway cannot have it done', () => {
    const alone = anApp({ bundled: true })
    const admin = Object.entries(resourcesOf(aStack({ authorizer: 'admin' }, { app: alone }))).find(([id]) =>
      id.startsWith('FunctionsAdminFunction'),
    )?.[1]
    const folder = z.string().parse(admin?.Metadata['aws:asset:path'])
    const { Variables } = Lambda.parse(admin?.Properties).Environment
    const needed = [environments.admin, environments.authorize].flatMap(({ shape }) => Object.keys(shape))
    expect(Object.keys(Variables).sort()).toEqual([...new Set(needed)].sort())
    vi.stubEnv('AWS_REGION', 'eu-central-1')
    for (const [name, value] of Object.entries(Variables))
      vi.stubEnv(name, typeof value === 'string' ? value : 'filled-in')
    const bundle: unknown = createRequire(import.meta.url)(join(alone.outdir, folder, 'index.js'))
    expect(bundle).toMatchObject({ handler: expect.any(Function) })
  })

  it('give the console no variable at all', () => {
    expect(variablesOf('Console')).toEqual({})
  })

  it('keep concurrency aside where the setting says so', () => {
    const [reserved] = Object.values(
      resourcesOf(aStack({ reservedConcurrency: { ingest: 40 } }), 'AWS::Lambda::Function'),
    )
    expect(reserved?.Properties.ReservedConcurrentExecutions).toBe(40)
  })

  it('send deliveries from the VPC that is named, and nothing else', () => {
    const inVpc = aStack({
      vpc: { vpcId: 'vpc-0abcdef1', subnetIds: ['subnet-0abcdef1'], securityGroupIds: ['sg-0abcdef1'] },
    })
    const networks = Object.entries(resourcesOf(inVpc, 'AWS::Lambda::Function'))
      .filter(([, { Properties }]) => Properties.VpcConfig !== undefined)
      .map(([id, { Properties }]) => [id.slice(0, 'FunctionsDeliver'.length), Properties.VpcConfig])
    expect(networks).toEqual([
      ['FunctionsDeliver', { SubnetIds: ['subnet-0abcdef1'], SecurityGroupIds: ['sg-0abcdef1'] }],
    ])
  })
})

describe('the sweep', () => {
  it('runs every minute', () => {
    const [rule] = Object.values(resourcesOf(aStack(), 'AWS::Events::Rule'))
    expect(rule?.Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' })
  })
})
