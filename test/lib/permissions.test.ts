import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { aStack, resourcesOf, targetOf } from './synthesized.ts'

const list = <Entry extends z.ZodType>(entry: Entry) =>
  z.union([z.array(entry), entry.transform((one) => [one])])
const Statement = z.object({
  Effect: z.string(),
  Action: z.union([z.array(z.string()), z.string().transform((one) => [one])]),
  Resource: z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]),
  Condition: z.unknown().optional(),
})
const Policy = z.object({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: z.object({ Statement: list(Statement) }),
})

const functionNames = ['Ingest', 'FanOut', 'Deliver', 'Sweep', 'Admin', 'Authorize', 'Console'] as const

function statementsOf(stack: ReturnType<typeof aStack>, name: string) {
  return Object.values(resourcesOf(stack, 'AWS::IAM::Policy'))
    .map(({ Properties }) => Policy.parse(Properties))
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref.startsWith(`Functions${name}Role`)))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flat())
}

/** `action → logical id` of everything that a function may do, its own log aside. */
function permissionsOf(stack: ReturnType<typeof aStack>, name: string): string[] {
  return statementsOf(stack, name)
    .flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((resource) => `${action} → ${targetOf(resource)}`)),
    )
    .filter((permission) => !permission.startsWith('logs:'))
}

describe('permissions', () => {
  const stack = aStack()

  it('belong to a role of its own for each function', () => {
    const roles = Object.values(resourcesOf(stack, 'AWS::Lambda::Function')).map(({ Properties }) =>
      targetOf(Properties.Role),
    )
    expect(roles).toHaveLength(functionNames.length)
    expect(new Set(roles).size).toBe(functionNames.length)
  })

  it('name resources, never all of them, and no action by a pattern', () => {
    for (const name of functionNames)
      for (const { Effect, Action, Resource } of statementsOf(stack, name)) {
        expect(Effect).toBe('Allow')
        expect(JSON.stringify(Resource)).not.toContain('*')
        for (const action of Action) expect(action).toMatch(/^[a-z]+:[A-Za-z]+$/)
      }
  })

  it("come from no policy of AWS's, which would grant more", () => {
    const roles = Object.entries(resourcesOf(stack, 'AWS::IAM::Role')).filter(([id]) =>
      id.startsWith('Functions'),
    )
    expect(roles).toHaveLength(functionNames.length)
    for (const [, { Properties }] of roles) expect(Properties.ManagedPolicyArns).toBeUndefined()
  })

  it('never include reading a whole table', () => {
    for (const name of functionNames)
      expect(permissionsOf(stack, name).filter((permission) => permission.includes('Scan'))).toEqual([])
  })

  it.each([
    ['Ingest', 'kms:Decrypt', { 'kms:EncryptionContext:owner': 'src_*' }],
    ['Deliver', 'kms:Decrypt', { 'kms:EncryptionContext:owner': 'whk_*' }],
    ['Admin', 'kms:Encrypt', undefined],
  ])('let %s use the key for no more than it must', (name, action, owner) => {
    const uses = statementsOf(stack, name).filter(({ Action }) =>
      Action.some((granted) => granted.startsWith('kms:')),
    )
    expect(uses).toHaveLength(1)
    expect(uses[0]?.Action).toEqual([action])
    expect(uses[0]?.Condition).toEqual(owner && { StringLike: owner })
  })

  it.each(['FanOut', 'Sweep', 'Authorize'])('keep %s from the key', (name) => {
    expect(permissionsOf(stack, name).filter((permission) => permission.startsWith('kms:'))).toEqual([])
  })

  it('let the authorizer look up tokens, and nothing else', () => {
    const granted = permissionsOf(stack, 'Authorize').map((permission) =>
      permission.replace(/[0-9A-F]{8}$/, ''),
    )
    expect(granted.sort()).toEqual([
      'dynamodb:GetItem → ConfigTable',
      'secretsmanager:GetSecretValue → OperatorTokenSecret',
      'sqs:SendMessage → Undelivered',
    ])
  })

  it('let the console do nothing but write its log, and set aside what fails as all functions do', () => {
    const granted = permissionsOf(stack, 'Console').map((permission) =>
      permission.replace(/[0-9A-F]{8}$/, ''),
    )
    expect(granted).toEqual(['sqs:SendMessage → Undelivered'])
  })

  it('let only those read the operator token who judge tokens', () => {
    const readers = functionNames.filter((name) =>
      permissionsOf(stack, name).some((permission) => permission.startsWith('secretsmanager:')),
    )
    expect(readers).toEqual(['Ingest', 'Authorize'])
  })

  it.each([
    ['dynamodb:PutItem', ['Sweep', 'Admin']],
    ['dynamodb:DeleteItem', ['Sweep', 'Admin']],
    ['dynamodb:UpdateItem', ['Ingest', 'Deliver', 'Sweep', 'Admin']],
  ])('let only those use %s on what is configured who must', (action, users) => {
    const granted = functionNames.filter((name) =>
      permissionsOf(stack, name).includes(`${action} → ConfigTable`),
    )
    expect(granted).toEqual(users)
  })

  it('let the sweep replace webhooks and remove notices, and no other items', () => {
    const held = statementsOf(stack, 'Sweep').filter(({ Condition }) => Condition !== undefined)
    expect(held.map(({ Action, Condition }) => [Action, Condition])).toEqual(
      [
        ['dynamodb:PutItem', 'webhook'],
        ['dynamodb:DeleteItem', 'notice'],
      ].map(([action, partition]) => [
        [action],
        { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [partition] } },
      ]),
    )
    const free = statementsOf(stack, 'Sweep')
      .filter(
        ({ Resource, Condition }) =>
          Resource.some((one) => targetOf(one) === 'ConfigTable') && Condition === undefined,
      )
      .flatMap(({ Action }) => Action)
    expect(free).not.toContain('dynamodb:PutItem')
    expect(free).not.toContain('dynamodb:DeleteItem')
  })

  it('let the sweep alone tell the operator, on the one topic', () => {
    const tellers = functionNames.flatMap((name) =>
      permissionsOf(stack, name)
        .filter((permission) => permission.startsWith('sns:'))
        .map((permission) => `${name} ${permission}`),
    )
    const [topic] = Object.keys(resourcesOf(stack, 'AWS::SNS::Topic'))
    expect(tellers).toEqual([`Sweep sns:Publish → ${topic}`])
  })

  it.each([
    ['FanOutQueue', ['Ingest', 'Sweep']],
    ['DeliveryQueue', ['Ingest', 'FanOut', 'Deliver', 'Sweep', 'Admin']],
  ])('let only those send to the %s who must', (queue, senders) => {
    const granted = functionNames.filter((name) =>
      permissionsOf(stack, name).some((permission) =>
        new RegExp(`^sqs:SendMessage → ${queue}[0-9A-F]{8}$`).test(permission),
      ),
    )
    expect(granted).toEqual(senders)
  })

  it('let the admin function alone count what waits, in the queues and their dead letters', () => {
    const counters = functionNames.flatMap((name) =>
      permissionsOf(stack, name)
        .filter((permission) => permission.startsWith('sqs:GetQueueAttributes'))
        .map((permission) => `${name} ${permission.replace(/[0-9A-F]{8}$/, '')}`),
    )
    const ofAdmin = counters.filter((permission) => permission.startsWith('Admin '))
    expect(ofAdmin.sort()).toEqual(
      ['DeliveryQueueDeadLetters', 'DeliveryQueue', 'FanOutQueueDeadLetters', 'FanOutQueue']
        .map((queue) => `Admin sqs:GetQueueAttributes → ${queue}`)
        .sort(),
    )
  })

  it('take a pattern only for a VPC, where AWS knows no other way', () => {
    const inVpc = aStack({ vpc: { vpcId: 'vpc-0abcdef1', subnetIds: ['subnet-0abcdef1'] } })
    const patterns = functionNames.flatMap((name) =>
      statementsOf(inVpc, name)
        .filter(({ Resource }) => JSON.stringify(Resource).includes('*'))
        .flatMap(({ Action }) => Action.map((action) => `${name} ${action}`)),
    )
    expect(patterns).not.toHaveLength(0)
    for (const pattern of patterns) expect(pattern).toMatch(/^Deliver ec2:\w+$/)
  })
})
