import { setTimeout as pause } from 'node:timers/promises'
import { documentClient, kmsClient, sqsClient } from '../adapters/aws/clients.ts'
import { prime } from '../adapters/aws/prime.ts'
import { jsonLog, writeLine } from '../adapters/json-log.ts'
import { environments, readEnvironment } from '../environment.ts'
import { deliverOnAws } from '../wiring/deliver.ts'

const environment = readEnvironment(environments.deliver)
const clients = { tables: documentClient(), queues: sqsClient() }

/** Awaited before the first request, by the file that Lambda loads (lib/bundle.ts). */
export const primed = prime(clients, {
  table: environment.CONFIG_TABLE,
  queueUrl: environment.DELIVERY_QUEUE_URL,
})

export const handler = deliverOnAws(environment, {
  ...clients,
  keys: kmsClient(),
  now: Date.now,
  pause,
  log: jsonLog,
  writeLine,
})
