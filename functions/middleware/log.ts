import type { Observation } from '../domain/observation.ts'

/** What may stand in a log line: no payload, secret, token or URL with its query. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Log {
  info(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** One wide line for one thing that happened. */
export function logObservation(log: Log, { kind, ...fields }: Observation): void {
  log.info(kind, fields)
}
