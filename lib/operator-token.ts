import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'

/**
 * The first token, with all scopes, for whoever deploys. It is in no table: the functions that judge tokens read it
 * here, so a new value put into the secret takes the place of the old within a minute.
 */
export class OperatorToken extends Construct {
  readonly secret: Secret

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.secret = new Secret(this, 'Secret', {
      description: 'Outgoing webhooks: the API token of the operator, with all scopes',
      // 43 letters and digits: 256 bits.
      generateSecretString: { passwordLength: 43, excludePunctuation: true },
    })
  }

  grantRead(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.secret.secretArn],
    })
  }
}
