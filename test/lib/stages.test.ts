import { Validations } from 'aws-cdk-lib'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { anApp, aStack, type Resource, resourcesOf } from './synthesized.ts'

const everything = {
  alarmEmail: 'ops@example.com',
  waf: true,
  endpoint: 'private',
  vpcEndpointIds: 'vpce-0abcdef1',
  vpc: { vpcId: 'vpc-0abcdef1', subnetIds: ['subnet-0abcdef1'] },
}

/** What cdk-nag finds and nobody accepted, by rule and where. */
function unacceptedIn(stack: ReturnType<typeof aStack>): string[] {
  return [new AwsSolutionsChecks(stack), new ServerlessChecks(stack)].flatMap((pack) =>
    pack
      .validateScope(stack)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
      ),
  )
}

const Accepted = z.record(z.string(), z.string())

/** What was accepted, each rule once. */
function acceptedIn(stack: ReturnType<typeof aStack>): Map<string, string> {
  const all = stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .map(({ data }) => data)
  return new Map(all.flatMap((data) => Object.entries(Accepted.parse(data))))
}

// Names that a rule or a stage has within its firewall or API are its own; what the account shares must have none.
const physical =
  /^(TableName|QueueName|FunctionName|RoleName|PolicyName|TopicName|LogGroupName|AlarmName|DashboardName|AliasName|BucketName|SecretName)$/
const named = ['AWS::SecretsManager::Secret', 'AWS::Events::Rule', 'AWS::WAFv2::WebACL']

function physicalNames(resources: Record<string, Resource>): string[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties }]) =>
    Object.keys(Properties)
      .filter(
        (key) =>
          (Type !== 'AWS::IAM::Policy' && hasNoReference(Type, key) && physical.test(key)) ||
          (key === 'Name' && named.includes(Type)),
      )
      .map((key) => `${id}.${key}`),
  )
}

/** A mapping or a permission names the function that it is for. */
function hasNoReference(type: string, key: string): boolean {
  return !(key === 'FunctionName' && type !== 'AWS::Lambda::Function')
}

describe('stages', () => {
  it('stand side by side in one account: nothing has a name that it could share', () => {
    const app = anApp()
    const stacks = ['development', 'production'].map((stage) => aStack({}, { app, stage }))
    expect(() => app.synth()).not.toThrow()
    for (const stack of stacks) expect(physicalNames(resourcesOf(stack))).toEqual([])
    expect(new Set(stacks.map(({ stackName }) => stackName)).size).toBe(2)
  })

  it('have no names with every setting on either', () => {
    expect(physicalNames(resourcesOf(aStack(everything)))).toEqual([])
  })
})

describe('alarms and dashboard', () => {
  it('do without metric math, which the emulators of AWS do not know', () => {
    const stack = aStack()
    for (const { Properties } of Object.values(resourcesOf(stack, 'AWS::CloudWatch::Alarm')))
      expect(Properties.Metrics).toBeUndefined()
  })
})

describe('cdk-nag', () => {
  it.each([
    ['as it comes', {}],
    ['with every setting on', everything],
    ['with its own authorizer', { authorizer: 'admin' }],
  ])('finds nothing unexplained: %s', (_, settings) => {
    expect(unacceptedIn(aStack(settings))).toEqual([])
  })

  it('is told of at most eight things that are on purpose, each with its reason', () => {
    const accepted = acceptedIn(aStack())
    expect(accepted.size).toBeLessThanOrEqual(8)
    for (const reason of accepted.values()) expect(reason.length).toBeGreaterThan(40)
  })

  it('would find a queue without dead letters', () => {
    const stack = aStack()
    new Queue(stack, 'Careless')
    expect(unacceptedIn(stack)).toContain('AwsSolutions-SQS3 OutgoingWebhooks-test/Careless/Resource')
  })
})
