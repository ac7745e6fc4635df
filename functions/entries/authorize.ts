import { documentClient } from '../adapters/aws/clients.ts'
import { DynamoTokens } from '../adapters/aws/dynamo-tokens.ts'
import { WithOperatorToken } from '../adapters/aws/operator-token.ts'
import { readSecretValue } from '../adapters/aws/secret-value.ts'
import { Table } from '../adapters/aws/table.ts'
import { authorizeHandler } from '../api/authorize.ts'
import { awsCaller, environments, readEnvironment } from '../environment.ts'

const { CONFIG_TABLE, OPERATOR_TOKEN_SECRET } = readEnvironment(environments.authorize)
const now = Date.now
const config = new Table(documentClient(), CONFIG_TABLE)

export const handler = authorizeHandler({
  tokens: new WithOperatorToken(
    new DynamoTokens(config),
    () => readSecretValue(awsCaller(), OPERATOR_TOKEN_SECRET, now()),
    now,
  ),
  now,
})
