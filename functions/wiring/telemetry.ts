import type { Observation } from '../domain/observation.ts'
import { EmbeddedMetrics } from '../metrics.ts'
import { logObservation } from '../middleware/log.ts'
import type { Aws } from './aws.ts'

/** What a function makes of what it observes: a line each unless `LOG_EVENTS` is off, and one line of metrics an invocation. */
export function telemetryOnAws(
  environment: { readonly SERVICE_NAME: string; readonly LOG_EVENTS: boolean },
  { log, writeLine, now }: Pick<Aws, 'log' | 'writeLine' | 'now'>,
) {
  const metrics = new EmbeddedMetrics()
  return {
    observe: (seen: Observation): void => {
      metrics.observe(seen)
      if (environment.LOG_EVENTS) logObservation(log, seen)
    },
    /** The same handler, its metrics written before it answers: Lambda may freeze the process right after. */
    measured:
      <Given extends readonly unknown[], Answer>(handler: (...given: Given) => Promise<Answer>) =>
      async (...given: Given): Promise<Answer> => {
        try {
          return await handler(...given)
        } finally {
          const line = metrics.takeLine(environment.SERVICE_NAME, now())
          if (line !== undefined) writeLine(line)
        }
      },
  }
}
