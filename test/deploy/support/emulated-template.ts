import * as z from 'zod'

const Template = z.object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) })
const Ref = z.strictObject({ Ref: z.string() })

/** What the deployed template has otherwise than the one for AWS, and why. */
export const emulatorDiffers = [
  'Ref of a secret is its name, on AWS its ARN. Deployed with GetAtt Id, which is the ARN on both.',
  'SendMessageBatch asks for a permission of that name, on AWS for sqs:SendMessage. Deployed with sqs:SendMessage*.',
  'Conditions on kms:EncryptionContext match nothing. Deployed without; the context itself is enforced.',
  'Answers of the gateway leave $context.authorizer.… as it stands: why a token was turned down is not seen here.',
].map((difference) => `MiniStack 1.5.33: ${difference}`)

/** A template (JSON text) with what MiniStack does otherwise than CloudFormation and IAM put so that it does the same. */
export function emulatedTemplate(template: string): string {
  const { Resources } = Template.parse(JSON.parse(template))
  const changed: unknown = JSON.parse(template, (name, value: unknown) => {
    if (value === 'sqs:SendMessage') return 'sqs:SendMessage*'
    if (name === 'Condition' && JSON.stringify(value).includes('kms:EncryptionContext:')) return undefined
    const { data } = Ref.safeParse(value)
    const isSecret = data !== undefined && Resources[data.Ref]?.Type === 'AWS::SecretsManager::Secret'
    return isSecret ? { 'Fn::GetAtt': [data.Ref, 'Id'] } : value
  })
  return JSON.stringify(changed)
}
