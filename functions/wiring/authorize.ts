import { DynamoTokens } from '../adapters/aws/dynamo-tokens.ts'
import { WithOperatorToken } from '../adapters/aws/operator-token.ts'
import { Table } from '../adapters/aws/table.ts'
import { authorizeHandler } from '../api/authorize.ts'
import type { EnvironmentOf } from '../environment.ts'
import type { Aws } from './aws.ts'

/** `authorize` over AWS. */
export function authorizeOnAws(
  environment: Pick<EnvironmentOf<'authorize'>, 'CONFIG_TABLE'>,
  { tables, readOperatorToken, now }: Pick<Aws, 'tables' | 'readOperatorToken' | 'now'>,
) {
  const tokens = new DynamoTokens(new Table(tables, environment.CONFIG_TABLE))
  return authorizeHandler({ tokens: new WithOperatorToken(tokens, readOperatorToken, now), now })
}
