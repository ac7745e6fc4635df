import { documentClient, kmsClient, sqsClient } from '../adapters/aws/clients.ts'
import { readSecretValue } from '../adapters/aws/secret-value.ts'
import { jsonLog, writeLine } from '../adapters/json-log.ts'
import { awsCaller, environments, readEnvironment } from '../environment.ts'
import { ingestOnAws } from '../wiring/ingest.ts'

const environment = readEnvironment(environments.ingest)

export const handler = ingestOnAws(environment, {
  tables: documentClient(),
  queues: sqsClient(),
  keys: kmsClient(),
  readOperatorToken: () => readSecretValue(awsCaller(), environment.OPERATOR_TOKEN_SECRET, Date.now()),
  now: Date.now,
  log: jsonLog,
  writeLine,
})
