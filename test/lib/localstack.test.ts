import { readFileSync } from 'node:fs'
import { App } from 'aws-cdk-lib'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { settingsOf } from '../../lib/settings.ts'
import { aStack, resourcesOf, targetOf } from './synthesized.ts'

const Context = z.object({ context: z.record(z.string(), z.unknown()) })
const { context } = Context.parse(JSON.parse(readFileSync('cdk.json', 'utf8')))
const { settings } = settingsOf(new App({ context: { ...context, stage: 'localstack' } }).node)
const all = resourcesOf(aStack(settings, { stage: 'localstack' }))

/** The types of the table in docs/localstack.md, with whether LocalStack has them. */
const checked = new Map(
  [...readFileSync('docs/localstack.md', 'utf8').matchAll(/^\| `(AWS::\w+::\w+)` \| (yes|no) \|/gm)].map(
    ([, type = '', has]) => [type, has === 'yes'],
  ),
)

describe('the stage localstack', () => {
  it('is made of resource types that LocalStack was found to have, and of all that are listed', () => {
    const known = [...checked].flatMap(([type, has]) => (has ? [type] : []))
    expect([...new Set(Object.values(all).map(({ Type }) => Type))].sort()).toEqual(known.sort())
  })

  it('has no call that waits for an authorizer of the gateway, which would never be asked', () => {
    const methods = Object.values(all).filter(({ Type }) => Type === 'AWS::ApiGateway::Method')
    expect(new Set(methods.map(({ Properties }) => Properties.AuthorizationType))).toEqual(new Set(['NONE']))
  })

  it('leaves bodies to the functions: LocalStack would refuse lists', () => {
    const [validator] = Object.values(all).filter(({ Type }) => Type === 'AWS::ApiGateway::RequestValidator')
    expect(validator?.Properties).toMatchObject({ ValidateRequestBody: false })
  })

  it('gives the admin function the token to judge by, and the permission to read it', () => {
    const [id = ''] = Object.entries(all).find(([name]) => name.startsWith('FunctionsAdminFunction')) ?? []
    const [secret] = Object.keys(all).filter((name) => all[name]?.Type === 'AWS::SecretsManager::Secret')
    const { Variables } = z
      .object({ Variables: z.record(z.string(), z.unknown()) })
      .parse(all[id]?.Properties.Environment)
    expect(targetOf(Variables.OPERATOR_TOKEN_SECRET)).toBe(secret)
    const policy = Object.entries(all).find(([name]) => name.startsWith('FunctionsAdminRoleDefaultPolicy'))
    expect(JSON.stringify(policy)).toContain('secretsmanager:GetSecretValue')
  })

  it('starts only services that the stack or the CDK uses', () => {
    const services = /SERVICES: (\S+)/.exec(readFileSync('compose.yaml', 'utf8'))?.[1]?.split(',')
    const used = Object.values(all).map(({ Type }) => Type.split('::')[1]?.toLowerCase())
    // CloudFormation deploys, through a bucket, a parameter and roles that the CDK takes on.
    const needed = new Set([...used, 'cloudformation', 's3', 'ssm', 'sts'])
    expect(services).toEqual([...needed].filter((service) => service !== undefined).sort())
  })
})
