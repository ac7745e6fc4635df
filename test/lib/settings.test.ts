import { App } from 'aws-cdk-lib'
import { describe, expect, it } from 'vitest'
import { InvalidSettings, parseSettings, settingsOf } from '../../lib/settings.ts'

function settingsIn(context: Record<string, unknown>) {
  return settingsOf(new App({ context }).node)
}

describe('settings of a stage', () => {
  it('have defaults that suit a small deployment', () => {
    expect(settingsIn({ stages: { development: {} } })).toMatchObject({
      stage: 'development',
      settings: {
        retentionDays: 30,
        allowedNetworks: [],
        allowHttp: false,
        allowedPorts: [443, 8443],
        retrySchedule: ['0s', '5s', '5m', '30m', '2h', '5h', '10h', '14h', '20h', '1d'],
        endpoint: 'regional',
        authorizer: 'gateway',
        dashboard: true,
        waf: false,
        reservedConcurrency: {},
      },
    })
  })

  it('come from the stage that the context names, and from the command line before it', () => {
    const stages = { production: { retentionDays: 90, waf: true }, development: {} }
    expect(settingsIn({ stages, stage: 'production', retentionDays: '7' }).settings).toMatchObject({
      retentionDays: 7,
      waf: true,
    })
  })

  it('are read from text as well as from JSON', () => {
    const settings = parseSettings({
      allowedNetworks: '10.0.0.0/8, fd00::/8',
      allowedPorts: '443,9000',
      waf: 'true',
      vpc: '{"vpcId": "vpc-0abc", "subnetIds": ["subnet-0abc"]}',
      reservedConcurrency: '{"deliver": 50}',
    })
    expect(settings).toMatchObject({
      allowedNetworks: ['10.0.0.0/8', 'fd00::/8'],
      allowedPorts: [443, 9000],
      waf: true,
      vpc: { vpcId: 'vpc-0abc', subnetIds: ['subnet-0abc'], securityGroupIds: [] },
      reservedConcurrency: { deliver: 50 },
    })
  })

  it('refuse a stage that cdk.json does not have, and say which it has', () => {
    expect(() => settingsIn({ stages: { development: {}, production: {} }, stage: 'prod' })).toThrow(
      'stage: "prod" is not among the stages of cdk.json (development, production).',
    )
  })

  it.each([
    [{ retentionDays: 0 }, 'retentionDays: must be at least 1.'],
    [{ retentionDays: 'a month' }, 'retentionDays: must be a whole number, 1 to 365.'],
    [{ disableAfterDays: 31 }, 'disableAfterDays: must be '],
    [{ disableAfterDays: 'never' }, 'disableAfterDays: must be a whole number, 1 to 30, or off.'],
    [{ logRetentionDays: 31 }, 'logRetentionDays: must be one of 1, 3, 5, 7,'],
    [{ allowedNetworks: ['10.0.0.1/8'] }, 'allowedNetworks.0: "10.0.0.1/8" is not a network'],
    [{ allowedPorts: '443,http' }, 'allowedPorts.1: must be a port, or * for all.'],
    [{ allowedPorts: [] }, 'allowedPorts: must name at least one port, or * for all.'],
    [{ allowHttp: 'yes' }, 'allowHttp: must be true or false.'],
    [{ retrySchedule: '5s,soon' }, 'retrySchedule: "soon" is not a duration'],
    [{ alarmEmail: 'ops' }, 'alarmEmail: must be an e-mail address.'],
    [{ endpoint: 'edge' }, 'endpoint: must be regional or private.'],
    [{ authorizer: 'none' }, 'authorizer: must be gateway or admin.'],
    [{ dashboard: 'no' }, 'dashboard: must be true or false.'],
    [{ endpoint: 'private' }, 'vpcEndpointIds: must name the VPC endpoints'],
    [{ vpcEndpointIds: 'vpce-0abc' }, 'vpcEndpointIds: is for a private API'],
    [{ domainName: 'webhooks.example.com' }, 'domainName: and certificateArn must be given together.'],
    [{ existing: { table: 'x' } }, 'existing.table: there is no such setting.'],
    [{ existing: { secretsKeyArn: 'alias/x' } }, 'existing.secretsKeyArn: must be the ARN of a KMS key.'],
    [{ existing: 'ConfigTable' }, 'existing: must be an object with configTable'],
    [{ vpc: 'vpc-0abc' }, 'vpc: must be an object'],
    [{ vpc: { vpcId: 'main', subnetIds: [] } }, 'vpc.vpcId: must be an id such as vpc-0abc123.'],
    [{ reservedConcurrency: { delivery: 5 } }, 'reservedConcurrency.delivery: there is no such setting.'],
    [{ retention: 30 }, 'retention: there is no such setting.'],
  ])('refuse %j', (given, message) => {
    expect(() => parseSettings(given)).toThrow(InvalidSettings)
    expect(() => parseSettings(given)).toThrow(message)
  })

  it('name every bad one at once', () => {
    expect(() => parseSettings({ waf: 'maybe', retentionDays: -1 })).toThrow(/retentionDays: .*\nwaf: /)
  })
})
