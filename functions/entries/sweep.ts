import { documentClient, snsClient, sqsClient } from '../adapters/aws/clients.ts'
import { jsonLog } from '../adapters/json-log.ts'
import { environments, readEnvironment } from '../environment.ts'
import { sweepOnAws } from '../wiring/sweep.ts'

export const handler = sweepOnAws(readEnvironment(environments.sweep), {
  tables: documentClient(),
  queues: sqsClient(),
  topics: snsClient(),
  now: Date.now,
  log: jsonLog,
})
