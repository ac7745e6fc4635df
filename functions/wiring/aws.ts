import type { KMSClient } from '@aws-sdk/client-kms'
import type { SNSClient } from '@aws-sdk/client-sns'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { LogStore } from '../adapters/aws/log-store.ts'
import { Table } from '../adapters/aws/table.ts'
import type { Log } from '../middleware/log.ts'

/** What lies outside of the functions; tests put emulators, faults and another clock in its place. */
export interface Aws {
  readonly tables: DynamoDBDocumentClient
  readonly queues: SQSClient
  readonly keys: KMSClient
  readonly topics: SNSClient
  /** The operator's token, as it is now. */
  readonly readOperatorToken: () => Promise<string>
  readonly now: () => number
  readonly pause: (durationMs: number) => Promise<unknown>
  readonly log: Log
  /** Takes each invocation's metrics, one line of JSON. */
  readonly writeLine: (line: string) => void
}

/** The table of events and deliveries, as its adapters want it. */
export function logStore(
  environment: { readonly LOG_TABLE: string; readonly RETENTION_DAYS: number },
  { tables, now, log }: Pick<Aws, 'tables' | 'now' | 'log'>,
): LogStore {
  const table = new Table(tables, environment.LOG_TABLE)
  return { table, retentionMs: environment.RETENTION_DAYS, now, log }
}
