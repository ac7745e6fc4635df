import { CfnResource } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

/** Names a resource that holds data for good: moved within the constructs, it stays the same resource to CloudFormation. */
export function fixLogicalId(construct: Construct, logicalId: string): void {
  const resource = construct.node.defaultChild
  if (!CfnResource.isCfnResource(resource)) throw new Error(`${construct.node.path} is no single resource.`)
  resource.overrideLogicalId(logicalId)
}
