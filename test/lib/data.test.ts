import { describe, expect, it } from 'vitest'
import { aStack, resourcesOf } from './synthesized.ts'

describe('what holds data', () => {
  const stack = aStack()

  it('keeps the logical ids of the tables and the key: a new one would be a new, empty table', () => {
    expect(Object.keys(resourcesOf(stack, 'AWS::DynamoDB::Table'))).toEqual(['ConfigTable', 'LogTable'])
    expect(Object.keys(resourcesOf(stack, 'AWS::KMS::Key'))).toEqual(['SecretsKey'])
  })

  it('outlives the stack, and an update that would replace it', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::KMS::Key'])
      for (const resource of Object.values(resourcesOf(stack, type)))
        expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
  })

  it('can be restored to any second, and cannot be deleted by mistake', () => {
    for (const { Properties } of Object.values(resourcesOf(stack, 'AWS::DynamoDB::Table')))
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      })
  })

  it('expires in the log, and never in the configuration', () => {
    const { ConfigTable: config, LogTable: log } = resourcesOf(stack)
    expect(log?.Properties.TimeToLiveSpecification).toEqual({
      AttributeName: 'expires_at',
      Enabled: true,
    })
    expect(config?.Properties.TimeToLiveSpecification).toBeUndefined()
  })

  it('has no index that a write would pay for', () => {
    for (const { Properties } of Object.values(resourcesOf(stack, 'AWS::DynamoDB::Table'))) {
      expect(Properties.GlobalSecondaryIndexes).toBeUndefined()
      expect(Properties.LocalSecondaryIndexes).toBeUndefined()
    }
  })

  it('is what is there already where the settings name it, used and left alone', () => {
    const secretsKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/kept'
    const restored = aStack({ existing: { configTable: 'restored', logTable: 'kept', secretsKeyArn } })
    for (const type of ['AWS::DynamoDB::Table', 'AWS::KMS::Key'])
      expect(resourcesOf(restored, type)).toEqual({})
    for (const [id, { Properties }] of Object.entries(resourcesOf(restored, 'AWS::Lambda::Function')))
      if (!id.startsWith('FunctionsConsole'))
        expect(Properties.Environment).toMatchObject({ Variables: { CONFIG_TABLE: 'restored' } })
    const granted = JSON.stringify(resourcesOf(restored, 'AWS::IAM::Policy'))
    for (const resource of ['table/restored', 'table/kept', secretsKeyArn])
      expect(granted).toContain(resource)
  })

  it('is sealed under a key that is renewed every year', () => {
    for (const { Properties } of Object.values(resourcesOf(stack, 'AWS::KMS::Key')))
      expect(Properties.EnableKeyRotation).toBe(true)
  })
})
