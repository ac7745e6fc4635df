import { documentClient, kmsClient, sqsClient } from '../adapters/aws/clients.ts'
import { prime } from '../adapters/aws/prime.ts'
import { readSecretValue } from '../adapters/aws/secret-value.ts'
import { jsonLog, writeLine } from '../adapters/json-log.ts'
import { awsCaller, environments, readEnvironment } from '../environment.ts'
import { ingestOnAws } from '../wiring/ingest.ts'

const environment = readEnvironment(environments.ingest)

const clients = { tables: documentClient(), queues: sqsClient() }

/** Awaited before the first request, by the file that Lambda loads (lib/bundle.ts). */
export const primed = prime(clients, {
  table: environment.CONFIG_TABLE,
  queueUrl: environment.DELIVERY_QUEUE_URL,
})

export const handler = ingestOnAws(environment, {
  ...clients,
  keys: kmsClient(),
  readOperatorToken: () => readSecretValue(awsCaller(), environment.OPERATOR_TOKEN_SECRET, Date.now()),
  now: Date.now,
  log: jsonLog,
  writeLine,
})
