import { Validations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

interface Finding {
  readonly where: readonly Construct[]
  readonly rule: string
  readonly reason: string
}

interface Parts {
  readonly deadLetters: readonly Construct[]
  readonly api: Construct
  readonly functions: Construct
  readonly operatorToken: Construct
  readonly deliver: Construct
  readonly validatesBodies: boolean
  readonly hasWaf: boolean
  readonly hasVpc: boolean
}

/** What cdk-nag finds and we do on purpose, each with its reason. Any other finding fails the synth. */
export function acceptFindings(parts: Parts): void {
  for (const { where, rule, reason } of findingsOf(parts))
    for (const construct of where) Validations.of(construct).acknowledge({ id: rule, reason })
}

function findingsOf({
  deadLetters,
  api,
  functions,
  operatorToken,
  deliver,
  validatesBodies,
  hasWaf,
  hasVpc,
}: Parts): Finding[] {
  return [
    {
      where: [api],
      rule: 'AwsSolutions-COG4',
      reason: 'Callers are programs with API tokens, judged by our own authorizer; there is no user pool.',
    },
    {
      where: [api],
      rule: 'AwsSolutions-APIG4',
      reason:
        'POST /events is called by Sourcegraph, which signs and has no token: its function verifies. /health, /openapi.json and the files of /console tell nothing.',
    },
    {
      where: [api],
      rule: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason:
        "The role by which API Gateway writes logs is the account's, for all its APIs: AWS's own policy is what fits.",
    },
    {
      where: [operatorToken],
      rule: 'AwsSolutions-SMG4',
      reason:
        "Operators' scripts hold the token: a rotation by the clock would break them. A new value counts within a minute.",
    },
    {
      where: [functions],
      rule: 'Serverless-LambdaTracing',
      reason:
        'Takes a permission on all resources in each role, and adds little to logs by delivery and event; the API is traced.',
    },
    {
      where: [functions],
      rule: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'SQS sources cannot have one: what fails goes to the dead-letter queue of its queue.',
    },
    {
      where: deadLetters,
      rule: 'Serverless-SQSRedrivePolicy',
      reason: 'Flags the dead-letter queues themselves. Every other queue is made by WorkQueue, with one.',
    },
    ...(validatesBodies
      ? []
      : [
          {
            where: [api],
            rule: 'AwsSolutions-APIG2',
            reason:
              'The functions judge bodies; API Gateway has no models to judge by, and LocalStack errs at it.',
          },
        ]),
    ...(hasWaf
      ? []
      : [
          {
            where: [api],
            rule: 'AwsSolutions-APIG3',
            reason: 'The firewall is a setting (waf): it costs more than many deployments do as a whole.',
          },
        ]),
    ...(hasVpc
      ? ['AwsSolutions-IAM5[Resource::*]', 'Serverless-StarPermissions[Resource::*]'].map((rule) => ({
          where: [deliver],
          rule,
          reason:
            'Lambda plugs into a VPC with these EC2 actions, which AWS documents on all resources only.',
        }))
      : []),
  ]
}
