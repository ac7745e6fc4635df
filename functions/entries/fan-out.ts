import { documentClient, sqsClient } from '../adapters/aws/clients.ts'
import { prime } from '../adapters/aws/prime.ts'
import { jsonLog, writeLine } from '../adapters/json-log.ts'
import { environments, readEnvironment } from '../environment.ts'
import { fanOutOnAws } from '../wiring/fan-out.ts'

const environment = readEnvironment(environments.fanOut)
const clients = { tables: documentClient(), queues: sqsClient() }

/** Awaited before the first request, by the file that Lambda loads (lib/bundle.ts). */
export const primed = prime(clients, {
  table: environment.CONFIG_TABLE,
  queueUrl: environment.DELIVERY_QUEUE_URL,
})

export const handler = fanOutOnAws(environment, {
  ...clients,
  now: Date.now,
  log: jsonLog,
  writeLine,
})
