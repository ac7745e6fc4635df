import { documentClient, sqsClient } from '../adapters/aws/clients.ts'
import { jsonLog, writeLine } from '../adapters/json-log.ts'
import { environments, readEnvironment } from '../environment.ts'
import { fanOutOnAws } from '../wiring/fan-out.ts'

export const handler = fanOutOnAws(readEnvironment(environments.fanOut), {
  tables: documentClient(),
  queues: sqsClient(),
  now: Date.now,
  log: jsonLog,
  writeLine,
})
