import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib'
import {
  type ISecurityGroup,
  type IVpc,
  SecurityGroup,
  Subnet,
  type SubnetSelection,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import {
  type IGrantable,
  type IPrincipal,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { bundledCode } from './bundle.ts'
import type { Undelivered } from './undelivered.ts'

export interface ServiceFunctionProps {
  /** The file in functions/entries, without its ending. */
  readonly entry: string
  readonly description: string
  readonly environment: Readonly<Record<string, string>>
  readonly memoryMb: number
  readonly timeoutSeconds: number
  readonly logRetention: RetentionDays
  readonly reservedConcurrency?: number | undefined
  /** It sends messages to the queue that it is fed from, on purpose. */
  readonly feedsItself?: boolean
  readonly vpc?: VpcIds | undefined
  /** Where asynchronous calls go that failed. */
  readonly undelivered: Undelivered
}

export interface VpcIds {
  readonly vpcId: string
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
}

/** One function with a role of its own, that may do nothing but write its log until it is granted more. */
export class ServiceFunction extends Construct implements IGrantable {
  readonly lambda: LambdaFunction
  readonly grantPrincipal: IPrincipal
  readonly timeoutSeconds: number

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id)
    this.timeoutSeconds = props.timeoutSeconds
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.grantPrincipal = role
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    logGroup.grantWrite(role)
    this.lambda = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: bundledCode(props.entry),
      handler: 'start.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { ...props.environment },
      role,
      logGroup,
      deadLetterQueue: props.undelivered,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      // Lambda stops what looks like an endless loop after 16 rounds; the retry schedule is what ends this one.
      ...(props.feedsItself === true && { recursiveLoop: RecursiveLoop.ALLOW }),
      ...(props.vpc !== undefined && this.#network(props.vpc, role)),
    })
  }

  #network({ vpcId, subnetIds, securityGroupIds }: VpcIds, role: Role): Network {
    // Lambda plugs itself in with the role's permissions; only the first action knows resources, and not when it runs.
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    )
    // Which route tables the subnets have is not ours to know.
    Annotations.of(this).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId')
    return {
      vpc: Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones: ['any'] }),
      vpcSubnets: { subnets: subnetIds.map((subnet) => Subnet.fromSubnetId(this, subnet, subnet)) },
      ...(securityGroupIds.length > 0 && {
        securityGroups: securityGroupIds.map((group) =>
          SecurityGroup.fromSecurityGroupId(this, group, group),
        ),
      }),
    }
  }
}

interface Network {
  readonly vpc: IVpc
  readonly vpcSubnets: SubnetSelection
  readonly securityGroups?: ISecurityGroup[]
}
