import { documentClient } from '../adapters/aws/clients.ts'
import { readSecretValue } from '../adapters/aws/secret-value.ts'
import { awsCaller, environments, readEnvironment } from '../environment.ts'
import { authorizeOnAws } from '../wiring/authorize.ts'

const environment = readEnvironment(environments.authorize)

export const handler = authorizeOnAws(environment, {
  tables: documentClient(),
  readOperatorToken: () => readSecretValue(awsCaller(), environment.OPERATOR_TOKEN_SECRET, Date.now()),
  now: Date.now,
})
