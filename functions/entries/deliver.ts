import { setTimeout as pause } from 'node:timers/promises'
import { documentClient, kmsClient, sqsClient } from '../adapters/aws/clients.ts'
import { jsonLog, writeLine } from '../adapters/json-log.ts'
import { environments, readEnvironment } from '../environment.ts'
import { deliverOnAws } from '../wiring/deliver.ts'

export const handler = deliverOnAws(readEnvironment(environments.deliver), {
  tables: documentClient(),
  queues: sqsClient(),
  keys: kmsClient(),
  now: Date.now,
  pause,
  log: jsonLog,
  writeLine,
})
