import { RemovalPolicy } from 'aws-cdk-lib'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { fixLogicalId } from './fixed-logical-id.ts'
import type { Settings } from './settings.ts'

type Owner = 'whk' | 'src'

/**
 * The key that seals webhooks' and sources' secrets. Whose secret it is stands in the encryption context, so a function
 * can be kept to those it needs. Without this key no secret opens: it outlives the stack.
 */
export class SecretsKey extends Construct {
  readonly key: IKey

  constructor(scope: Construct, id: string, { secretsKeyArn }: Settings['existing']) {
    super(scope, id)
    this.key = secretsKeyArn === undefined ? keptKey(this) : Key.fromKeyArn(this, 'Key', secretsKeyArn)
  }

  /** To seal secrets, and open none. */
  grantSeal(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['kms:Encrypt'], resourceArns: [this.key.keyArn] })
  }

  /** To open the secrets of webhooks, or those of sources. */
  grantOpen(grantee: IGrantable, owner: Owner): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['kms:Decrypt'],
      resourceArns: [this.key.keyArn],
      conditions: { StringLike: { 'kms:EncryptionContext:owner': `${owner}_*` } },
    })
  }
}

function keptKey(scope: Construct): Key {
  const key = new Key(scope, 'Key', {
    description: "Outgoing webhooks: seals webhooks' and sources' secrets",
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  fixLogicalId(key, 'SecretsKey')
  return key
}
