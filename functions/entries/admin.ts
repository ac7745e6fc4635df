import { setTimeout as pause } from 'node:timers/promises'
import { documentClient, kmsClient, sqsClient } from '../adapters/aws/clients.ts'
import { jsonLog } from '../adapters/json-log.ts'
import { environments, readEnvironment } from '../environment.ts'
import { adminOnAws } from '../wiring/admin.ts'

export const handler = adminOnAws(readEnvironment(environments.admin), {
  tables: documentClient(),
  queues: sqsClient(),
  keys: kmsClient(),
  now: Date.now,
  pause,
  log: jsonLog,
})
