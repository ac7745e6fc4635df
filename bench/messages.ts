import * as z from 'zod/mini'

const numbers = z.instanceof(Float64Array)

/** What the publisher is told to send: in a closed loop, or by a schedule when a rate is given. */
export const Load = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  /** Sent by turns. */
  bodies: z.array(z.string()),
  /** Requests under way at a time in the closed loop; the schedule waits for nobody. */
  connections: z.int(),
  seconds: z.number(),
  maxRequests: z.int(),
  /** Requests a second, sent on time whether or not earlier ones have been answered. */
  ratePerSecond: z.optional(z.number()),
})
export type Load = z.infer<typeof Load>

/** What the publisher saw. Times are milliseconds of `nowMs`. */
export const LoadReport = z.object({
  /** Requests answered 2xx. */
  answered: z.int(),
  startedAt: z.number(),
  endedAt: z.number(),
  /** Ids of the accepted events; by schedule, when each was due and when its answer was there. */
  ids: z.array(z.string()),
  scheduledAt: numbers,
  answeredAt: numbers,
  /** How much later than scheduled each request left. */
  lateMs: numbers,
  /** Requests that were not answered 2xx, by what came instead. */
  failures: z.record(z.string(), z.number()),
  cpuSeconds: z.number(),
})
export type LoadReport = z.infer<typeof LoadReport>

/**
 * What the receiver is asked: how many different ones arrived, or everything, after which it begins anew and lets go of
 * those whom it left hanging.
 */
export const ReceiverCommand = z.enum(['count', 'take'])
export type ReceiverCommand = z.infer<typeof ReceiverCommand>

/** Requests to paths that begin so are not answered, and are no arrivals. */
export const hangPath = '/hang'

export const ReceiverCount = z.object({ port: z.int(), distinct: z.int(), cpuSeconds: z.number() })

/** All arrivals: keys as `arrivalKey` makes them, and when their heads had come. */
export const Arrivals = z.object({ keys: z.array(z.string()), times: numbers })
export type Arrivals = z.infer<typeof Arrivals>
